"""Each kind of mistake has its own sentence, with the line and the key path where it is."""

import pytest
from support.routes_file import problems

UNKNOWN_KEYS = [
    ("[servce]\n", "1: servce: unknown key 'servce'; did you mean 'service'?"),
    (
        '[service]\ntimezone = "UTC"\ntime-zone = "UTC"\n',
        "3: service.time-zone: unknown key 'time-zone'; did you mean 'timezone'?",
    ),
    (
        '[users.ana]\nemail = "a@b.c"\n[users.ana.contact]\nurgnt = []\n',
        "4: users.ana.contact.urgnt: unknown key 'urgnt'; did you mean 'urgent'?",
    ),
    (
        '[receivers.x]\nslak = [{ token = "${T}" }]\n',
        "2: receivers.x.slak: unknown key 'slak'; did you mean 'slack'?",
    ),
    (
        '[receivers."on call"]\nconsole = [\n  {},\n  { colour = true },\n]\n',
        "4: receivers.\"on call\".console[1].colour: unknown key 'colour'; known: send_resolved",
    ),
    (
        '[route]\nreceiver = "base"\n[[route.routes]]\n[[route.routes]]\ngroup-wait = "5m"\n',
        "5: route.routes[1].group-wait: unknown key 'group-wait'; did you mean 'group_wait'?",
    ),
    (
        '[channels.slack]\ntokn = "${T}"\n[receivers.x]\nslack = [{ channel = "#x" }]\n',
        "2: channels.slack.tokn: unknown key 'tokn'; did you mean 'token'?",
    ),
    (
        '[polices.p]\n[route]\npolicy = "p"\n',
        "1: polices: unknown key 'polices'; did you mean 'policies'?",
    ),
    (
        '[policies.p]\nsteps = [{ notfy = ["receiver:base"] }]\n',
        "2: policies.p.steps[0].notfy: unknown key 'notfy'; did you mean 'notify'?",
    ),
]
HEARTBEATS = [
    (
        "[heartbeats.backup]\n",
        '1: heartbeats.backup: needs how often it is to come, such as every = "1h"',
    ),
    (
        '[heartbeats.backup]\nevery = "0s"\n',
        "2: heartbeats.backup.every: cannot be zero",
    ),
    (
        '[heartbeats.backup]\nevery = "1h"\ngrase = "1m"\n',
        "3: heartbeats.backup.grase: unknown key 'grase'; did you mean 'grace'?",
    ),
    (
        '[heartbeats."nightly backup"]\nevery = "1h"\n',
        '1: heartbeats."nightly backup": a heartbeat\'s name is part of an address: letters,'
        " digits, dots, _ and - only",
    ),
    (
        '[heartbeats.backup]\nevery = "1h"\nlabels = { heartbeat = "x" }\n',
        "3: heartbeats.backup.labels.heartbeat: is the heartbeat's own name and cannot be set",
    ),
    (
        '[heartbeats.backup]\nevery = "1h"\n[heartbeats.backup.labels]\nseverity = 1\n',
        "4: heartbeats.backup.labels.severity: expected text, got a whole number",
    ),
]
MAINTENANCE = [
    (
        "[maintenance.db]\nmatchers = ['service=\"db\"']\n",
        "1: maintenance.db: needs from = 2026-01-05T09:00:00 and to = 2026-01-05T09:00:00, or"
        " `intervals` at which it recurs",
    ),
    (
        "[maintenance.db]\nfrom = 2026-01-05T09:00:00\nto = 2026-01-05T10:00:00\n",
        "1: maintenance.db: needs matchers, such as matchers = ['service=\"database\"']",
    ),
    (
        "[maintenance.db]\nmatchers = ['a=b']\nfrom = 2026-01-05T09:00:00\n"
        "to = 2026-01-05T09:00:00\n",
        "4: maintenance.db.to: does not lie after `from`",
    ),
    (
        "[maintenance.db]\nmatchers = ['a=~\".*\"']\nintervals = [{}]\n",
        "2: maintenance.db.matchers: match every alert; at least one must not match an empty"
        " text, as with a silence",
    ),
    (
        "[maintenance.db]\nmatchers = ['a=b']\nintervals = ['nihgts']\n[[intervals.nights]]\n",
        "3: maintenance.db.intervals[0]: no interval 'nihgts'; did you mean 'nights'?",
    ),
    (
        "[maintenance.db]\nmatchers = ['a=b']\n[[maintenance.db.intervals]]\n"
        "weekdays = ['caturday']\n",
        "4: maintenance.db.intervals[0].weekdays[0]: 'caturday' in 'caturday' is no weekday;"
        " write monday or mon",
    ),
    (
        "[maintenance.db]\nmatchers = ['a=b']\nintervals = []\n",
        "3: maintenance.db.intervals: is empty",
    ),
    (
        "[maintenance.db]\nmatchers = ['a=b']\nfrom = 2026-01-05T09:00:30\n"
        "to = 2026-01-06T09:00:00\n",
        "3: maintenance.db.from: is not on a whole minute",
    ),
]
DEADMAN = [
    (
        "[deadman]\n",
        '1: deadman: needs where to, such as url = "https://hc-ping.com/…", or a receiver',
    ),
    (
        '[deadman]\nreceiver = "bas"\n',
        "2: deadman.receiver: no receiver 'bas'; did you mean 'base'?",
    ),
    (
        '[deadman]\nurl = "https://hc-ping.com/x"\nevry = "1m"\n',
        "3: deadman.evry: unknown key 'evry'; did you mean 'every'?",
    ),
    (
        '[deadman]\nreceiver = "base"\nhttp_config = { bearer_token = "${T}" }\n',
        "3: deadman.http_config: is for the url, and there is none",
    ),
    (
        '[deadman]\nreceiver = "base"\nevery = "0s"\n',
        "3: deadman.every: cannot be zero",
    ),
]
META = [
    ("[meta]\n", "1: meta: needs a receiver or a policy"),
    (
        '[meta]\npolicy = "criticl"\n[policies.critical]\n'
        'steps = [{ notify = ["receiver:base"] }]\n',
        "2: meta.policy: no policy 'criticl'; did you mean 'critical'?",
    ),
    (
        '[meta]\nreceiver = "base"\nmatchers = ["a=b"]\n',
        "3: meta.matchers: unknown key 'matchers'; known: receiver, policy, group_wait,"
        " group_interval, repeat_interval",
    ),
]
TYPES = [
    ("[service]\nurl = 5\n", "2: service.url: expected text, got a whole number"),
    ('[api]\nopen = "yes"\n', "2: api.open: expected true or false, got text"),
    ("route = 5\n", "1: route: expected a table such as [route], got a whole number"),
    ('users = ["ana"]\n', "1: users: expected a table such as [users], got an array"),
    (
        '[users]\nana = "a@b.c"\n',
        "2: users.ana: expected a table such as [ana], got text",
    ),
    (
        "[teams.x]\nmembers = [[]]\n",
        "2: teams.x.members[0]: expected text, got an array",
    ),
    (
        '[receivers.x]\nslack = { channel = "#x" }\n',
        "2: receivers.x.slack: expected an array of tables such as slack = [{ … }], got a table",
    ),
    (
        '[receivers.x]\nslack = ["#x"]\n',
        "2: receivers.x.slack[0]: expected a table, got text",
    ),
    (
        '[policies.p]\nrounds = 1.5\nsteps = [{ notify = ["receiver:base"] }]\n',
        "2: policies.p.rounds: expected a whole number, got a number",
    ),
    (
        '[policies.p]\nsteps = [{ notify = "receiver:base" }]\n',
        "2: policies.p.steps[0].notify: expected an array of texts, got one text"
        '; write ["user:ana"]',
    ),
    (
        '[route]\nreceiver = "base"\ngroup_wait = 30\n',
        '3: route.group_wait: expected a duration such as "5m", got a whole number',
    ),
    (
        "[intervals.x]\nweekdays = []\n",
        "1: intervals.x: expected an array of tables such as [[intervals.x]], got a table",
    ),
    (
        '[policies.p]\ndigest = { at = 09:00:00, notify = ["receiver:base"] }\n',
        '2: policies.p.digest.at: expected a time of day such as "09:00", got a time',
    ),
    (
        '[policies.p]\ndigest = "09:00"\n',
        "2: policies.p.digest: expected a table such as [digest], got text",
    ),
]
VALUES = [
    (
        '[service]\nurl = "alerts.example.com"\n',
        "2: service.url: is no address that begins with https:// or http:// and names a host",
    ),
    ('[service]\nurl = ""\n', "2: service.url: is empty"),
    (
        '[service]\ntimezone = "Europe/Belrin"\n',
        "2: service.timezone: there is no time zone 'Europe/Belrin'; did you mean 'Europe/Berlin'?",
    ),
    (
        '[service]\ntimezone = "../etc/passwd"\n',
        "2: service.timezone: there is no time zone '../etc/passwd'"
        "; write an IANA name such as Europe/Berlin",
    ),
    (
        '[service]\nretention = "5 days"\n',
        "2: service.retention: '5 days' is no duration; write it like 90s, 5m, 1h30m or 1d",
    ),
    ('[service]\nfallback_every = "0s"\n', "2: service.fallback_every: cannot be zero"),
    (
        '[users.ana]\nphone = "0171 5555"\n',
        "2: users.ana.phone: is no telephone number; write it like +15555550101, digits only",
    ),
    (
        '[users.ana]\nemail = "Ana <ana@example.com>"\n',
        "2: users.ana.email: is no mail address; write it like ana@example.com",
    ),
    (
        '[users.ana]\nslack = "U0 ANA"\n',
        "2: users.ana.slack: is no Slack channel or member; write it like #ops or U02ANA",
    ),
    (
        '[users.ana]\nwebhook = "hooks.example.com"\n',
        "2: users.ana.webhook: is no address that begins with https:// or http:// and names a host",
    ),
    (
        '[users.ana]\nemail = "a@b.c"\n[[users.ana.contact.urgent]]\nvia = "smss"\n',
        "4: users.ana.contact.urgent[0].via: no channel 'smss' reaches people; did you mean 'sms'?",
    ),
    (
        '[users.ana]\nemail = "a@b.c"\n[[users.ana.contact.urgent]]\nafter = "1m"\n',
        "3: users.ana.contact.urgent[0]: needs `via`, a channel",
    ),
    (
        '[users." ana"]\nemail = "a@b.c"\n',
        '1: users." ana": a name is printable text without spaces around it',
    ),
    (
        '[channels.email]\nsmarthost = "smtp.example.com"\n',
        "2: channels.email.smarthost: is no mail server and port"
        "; write it like smtp.example.com:587",
    ),
    (
        '[channels.email]\ntls = "ssl"\n',
        "2: channels.email.tls: 'ssl' is not known here; known: auto, starttls, implicit, none",
    ),
    (
        '[channels.sms]\nprovider = "twillio"\n',
        "2: channels.sms.provider: 'twillio' is not known here; did you mean 'twilio'?",
    ),
    (
        "[receivers.x]\nwebhook = [{ url = 'https://a.example', max_alerts = -1 }]\n",
        "2: receivers.x.webhook[0].max_alerts: -1 is not between 0 and 100000",
    ),
    (
        "[receivers.x]\nwebhook = [{ url = 'https://a.example', timeout = '0s' }]\n",
        "2: receivers.x.webhook[0].timeout: cannot be zero",
    ),
    (
        '[receivers.x]\napprise = [{ url = "ntfy" }]\n',
        "2: receivers.x.apprise[0].url: is no Apprise address such as ntfy://topic",
    ),
    (
        '[policies.p]\nurgency = "high"\nsteps = [{ notify = ["receiver:base"] }]\n',
        "2: policies.p.urgency: 'high' is not known here; known: urgent, normal",
    ),
    (
        '[policies.p]\npriority = "P9"\nsteps = [{ notify = ["receiver:base"] }]\n',
        "2: policies.p.priority: 'P9' is not known here; known: P0, P1, P2, P3, P4, P5",
    ),
    (
        '[policies.p]\nrounds = 0\nsteps = [{ notify = ["receiver:base"] }]\n',
        "2: policies.p.rounds: 0 is not between 1 and 1000",
    ),
    (
        '[policies.p]\nrounds = "always"\nsteps = [{ notify = ["receiver:base"] }]\n',
        '2: policies.p.rounds: write how many, or "forever"',
    ),
    (
        '[policies.p]\nrounds = "forever"\nsteps = [{ notify = ["receiver:base"], wait = "0s" }]\n',
        "3: policies.p.steps: all waits are zero, so the rounds would follow without a pause",
    ),
    (
        '[policies.p]\ndigest = { at = "9:00", notify = ["receiver:base"] }\n',
        "2: policies.p.digest.at: '9:00' is no time of day; write HH:MM, from 00:00 to 24:00",
    ),
    (
        '[policies.p]\ndigest = { at = "24:00", notify = ["receiver:base"] }\n',
        "2: policies.p.digest.at: '24:00' is no time of day here; write 00:00",
    ),
    (
        '[policies.p]\ndigest = { at = "09:00", days = ["funday"], notify = ["receiver:base"] }\n',
        "2: policies.p.digest.days[0]: 'funday' in 'funday' is no weekday; write monday or mon",
    ),
    (
        '[policies.p]\ndigest = { at = "09:00", timezone = "Utc/Nowhere", notify = '
        '["receiver:base"] }\n',
        "2: policies.p.digest.timezone: there is no time zone 'Utc/Nowhere'"
        "; write an IANA name such as Europe/Berlin",
    ),
    (
        "[route]\nreceiver = 'base'\n[[route.routes]]\nmatchers = ['a=b', 'severity']\n",
        "4: route.routes[0].matchers[1]: bad matcher format: severity"
        '; write it like severity="critical", with =, !=, =~ or !~',
    ),
    (
        "[route]\nreceiver = 'base'\n[[route.routes]]\nmatchers = ['a=~\"(b\"']\n",
        '4: route.routes[0].matchers[0]: bad regular expression in a=~"(b": missing ): (b',
    ),
    (
        '[[intervals.x]]\nweekdays = ["friday:monday"]\n',
        "2: intervals.x[0].weekdays[0]: 'friday:monday' ends before it starts"
        "; ranges do not wrap, so write it as two",
    ),
    (
        "[[intervals.x]]\ndays_of_month = [1, 32]\n",
        "2: intervals.x[0].days_of_month[1]: '32' is no day of the month"
        "; days are 1 to 31, or -1 to -31",
    ),
    (
        '[[intervals.x]]\nmonths = ["13"]\n',
        "2: intervals.x[0].months[0]: '13' in '13' is no month; write january, jan or 1 to 12",
    ),
    ('[[intervals.x]]\nyears = ["x"]\n', "2: intervals.x[0].years[0]: 'x' in 'x' is no number"),
    (
        '[[intervals.x]]\n[[intervals.x]]\ntimes = [{ start_time = "9", end_time = "10:00" }]\n',
        "3: intervals.x[1].times[0]: '9' is no time of day; write HH:MM, from 00:00 to 24:00",
    ),
    (
        '[[intervals.x]]\ntimes = [{ start_time = "09:00" }]\n',
        '2: intervals.x[0].times[0]: needs end_time, such as "09:00"',
    ),
    (
        '[[intervals.x]]\nlocation = "Berlin"\n',
        "2: intervals.x[0].location: there is no time zone 'Berlin'; did you mean 'Europe/Berlin'?",
    ),
    (
        '[api]\nlisten = "9093"\n',
        "2: api.listen: is no host and port; write it like 127.0.0.1:9093",
    ),
    (
        "[api]\ntokens = [{ name = 'a', token = '${T}', may = ['reed'] }]\n",
        "2: api.tokens[0].may[0]: 'reed' is not known here; did you mean 'read'?",
    ),
    (
        '[sources.p]\nkind = "alertmanger"\n',
        "2: sources.p.kind: 'alertmanger' is not known here; did you mean 'alertmanager'?",
    ),
    (
        '[sources."a/b"]\nkind = "webhook"\n',
        '1: sources."a/b": a source\'s name is part of an address'
        ": letters, digits, dots, _ and - only",
    ),
    (
        '[sources.s]\nkind = "redis"\nstream = "s"\nurl = "localhost"\n',
        "4: sources.s.url: is no address that begins with redis://, rediss:// or unix://",
    ),
]
REFERENCES = [
    (
        '[service]\nfallback = ["receiver:bas"]\n',
        "2: service.fallback[0]: no receiver 'bas'; did you mean 'receiver:base'?",
    ),
    (
        '[service]\nfallback = ["user:base"]\n',
        "2: service.fallback[0]: no user 'base'; did you mean 'receiver:base'?",
    ),
    (
        '[service]\nfallback = ["base"]\n',
        "2: service.fallback[0]: 'base' names nobody"
        "; write user:NAME or team:NAME or schedule:NAME or receiver:NAME"
        "; did you mean 'receiver:base'?",
    ),
    (
        '[service]\nfallback = ["schedule:primary"]\n',
        "2: service.fallback[0]: no schedule 'primary'",
    ),
    (
        '[service]\nfallback = ["rota:primary"]\n',
        "2: service.fallback[0]: 'rota:primary' names nobody"
        "; write user:NAME or team:NAME or schedule:NAME or receiver:NAME",
    ),
    (
        '[service]\nfallback = ["receiver:base", "receiver:base"]\n',
        "2: service.fallback[1]: 'receiver:base' is there twice",
    ),
    (
        '[users.ana]\nemail = "a@b.c"\n[teams.x]\nmembers = [\n  "ana",\n  "anna",\n]\n',
        "6: teams.x.members[1]: no user 'anna'; did you mean 'ana'?",
    ),
    (
        '[teams.x]\nmembers = ["team:y"]\n',
        "2: teams.x.members[0]: no team 'y'; known: x",
    ),
    (
        '[users.ana]\n[teams.x]\nmembers = ["ana"]\n[teams.y]\nmembers = ["x"]\n',
        "5: teams.y.members[0]: no user 'x'; did you mean 'team:x'?",
    ),
    (
        '[users.ana]\n[teams.x]\nmembers = ["ana", "ana"]\n',
        "3: teams.x.members[1]: 'ana' is there twice",
    ),
    (
        '[policies.p]\nsteps = [{ notify = ["team:x"] }]\n',
        "2: policies.p.steps[0].notify[0]: no team 'x'",
    ),
    (
        '[policies.p]\ndigest = { at = "09:00", notify = ["user:x"] }\n',
        "2: policies.p.digest.notify[0]: no user 'x'",
    ),
    ('[route]\nreceiver = "bse"\n', "2: route.receiver: no receiver 'bse'; did you mean 'base'?"),
    (
        "[policies.crit]\nsteps = [{ notify = ['receiver:base'] }]\n"
        "[route]\nreceiver = 'base'\n[[route.routes]]\npolicy = 'critical'\n",
        "6: route.routes[0].policy: no policy 'critical'; did you mean 'crit'?",
    ),
    (
        "[route]\nreceiver = 'base'\n[[route.routes]]\nmute_time_intervals = ['nights']\n"
        "[[intervals.night]]\n",
        "4: route.routes[0].mute_time_intervals[0]: no interval 'nights'; did you mean 'night'?",
    ),
    (
        "[route]\nreceiver = 'base'\n[[route.routes]]\nactive_time_intervals = ['office']\n",
        "4: route.routes[0].active_time_intervals[0]: no interval 'office'",
    ),
]
RULES = [
    (
        '[teams.x]\nmembers = ["team:y"]\n[teams.y]\nmembers = ["team:z"]\n'
        '[teams.z]\nmembers = ["team:x"]\n',
        "2: teams.x.members: contains itself: x -> y -> z -> x",
    ),
    ('[teams.x]\nmembers = ["team:x"]\n', "2: teams.x.members: contains itself: x -> x"),
    ("[teams.x]\n", "1: teams.x: nobody is in it; give it `members`"),
    ("[teams.x]\nmembers = []\n", "2: teams.x.members: nobody is in it; give it `members`"),
    (
        "[policies.p]\n",
        "1: policies.p: has no steps; add [[policies.p.steps]], or a digest",
    ),
    (
        "[policies.p]\nsteps = []\n",
        "2: policies.p.steps: has no steps; add [[policies.p.steps]], or a digest",
    ),
    (
        "[policies.p]\nsteps = [{ wait = '5m' }]\n",
        "2: policies.p.steps[0]: tells nobody; give it `notify`",
    ),
    (
        "[policies.p]\nsteps = [{ notify = [] }]\n",
        "2: policies.p.steps[0].notify: tells nobody; give it `notify`",
    ),
    (
        "[policies.p]\nsteps = [{ notify = ['receiver:base'] }]\n"
        "digest = { at = '09:00', notify = ['receiver:base'] }\n",
        "3: policies.p.digest: has steps too; a policy has steps or a digest",
    ),
    (
        "[policies.p]\ndigest = { notify = ['receiver:base'] }\n",
        '2: policies.p.digest: needs a time of day, at = "09:00"',
    ),
    (
        "[policies.p]\ndigest = { at = '09:00' }\n",
        "2: policies.p.digest: tells nobody; give it `notify`",
    ),
    (
        "[policies.p]\ndigest = { at = '09:00', days = [], notify = ['receiver:base'] }\n",
        "2: policies.p.digest.days: names no day; leave it out for every day",
    ),
    (
        '[users.ana]\n[teams.x]\nmembers = ["team:y"]\n[teams.y]\nmembers = ["ana", "team:y"]\n',
        "5: teams.y.members: contains itself: y -> y",
    ),
    ("[route]\n", "1: route: needs a receiver or a policy; others inherit it"),
    (
        "[route]\ngroup_by = ['a']\n",
        "1: route: needs a receiver or a policy; others inherit it",
    ),
    (
        "[route]\nreceiver = 'base'\nmatchers = ['a=b']\n",
        "3: route.matchers: is not for the root route, which takes every alert",
    ),
    (
        "[route]\nreceiver = 'base'\ncontinue = true\n",
        "3: route.continue: is not for the root route, which takes every alert",
    ),
    (
        "[route]\nreceiver = 'base'\nmute_time_intervals = ['x']\n[[intervals.x]]\n",
        "3: route.mute_time_intervals: is not for the root route, which takes every alert",
    ),
    (
        "[route]\nreceiver = 'base'\nactive_time_intervals = ['x']\n[[intervals.x]]\n",
        "3: route.active_time_intervals: is not for the root route, which takes every alert",
    ),
    (
        "[route]\nreceiver = 'base'\ngroup_by = ['a', 'b', 'a']\n",
        "3: route.group_by[2]: 'a' is there twice",
    ),
    (
        "[route]\nreceiver = 'base'\ngroup_by = ['...', 'b']\n",
        "3: route.group_by: '...' means every label, so it stands alone",
    ),
    (
        "[route]\nreceiver = 'base'\ngroup_interval = '0s'\n",
        "3: route.group_interval: cannot be zero",
    ),
    (
        "[route]\nreceiver = 'base'\n[[route.routes]]\nrepeat_interval = '0s'\n",
        "4: route.routes[0].repeat_interval: cannot be zero",
    ),
    ("[[inhibit]]\nsource_matchers = ['a=b']\n", "1: inhibit[0]: needs target_matchers"),
    (
        "[[inhibit]]\nsource_matchers = ['a=b']\ntarget_matchers = ['a=c']\nname = 'x'\n" * 2,
        "8: inhibit[1].name: another rule is called 'x' already",
    ),
    (
        "[receivers.x]\nslack = [{ token = '${T}', webhook_url = '${U}', channel = '#x' }]\n",
        "2: receivers.x.slack[0].webhook_url: token is there too; give only one",
    ),
    (
        "[channels.slack]\nbuttons = true\n",
        "2: channels.slack.buttons: needs signing_secret, by which a press is known to be Slack's",
    ),
    (
        "[receivers.x]\nslack = [{ channel = '#x' }]\n",
        "2: receivers.x.slack[0]: needs a token, here or in [channels.slack], or a webhook_url",
    ),
    (
        "[receivers.x]\nslack = [{ token = '${T}' }]\n",
        "2: receivers.x.slack[0]: needs a channel",
    ),
    (
        "[receivers.x]\nemail = [{ to = ['a@b.c'] }]\n",
        "2: receivers.x.email[0]: needs smarthost and from, here or in [channels.email]",
    ),
    (
        "[receivers.x]\nemail = [{ from = 'a@b.c', smarthost = 'h:25' }]\n",
        "2: receivers.x.email[0]: needs somebody to write to, `to`",
    ),
    (
        "[receivers.x]\nemail = [{ to = ['a@b.c'], from = 'a@b.c', smarthost = 'h:25',"
        " password = '${P}' }]\n",
        "2: receivers.x.email[0]: needs a username too, as it has a password",
    ),
    (
        "[receivers.x]\nsms = [{ to = '+15555550101', account = '${A}' }]\n",
        "2: receivers.x.sms[0]: needs token and from, here or in [channels.sms]",
    ),
    (
        "[receivers.x]\nsms = [{ account = '${A}', token = '${B}', from = '+15555550101' }]\n",
        "2: receivers.x.sms[0]: needs a number to send to, `to`",
    ),
    (
        "[receivers.x]\npagerduty = [{}]\n",
        "2: receivers.x.pagerduty[0]: needs routing_key, here or in [channels.pagerduty]",
    ),
    ("[receivers.x]\nwebhook = [{}]\n", "2: receivers.x.webhook[0]: needs a url"),
    ("[receivers.x]\napprise = [{}]\n", "2: receivers.x.apprise[0]: needs a url"),
    (
        "[api]\nlisten = '0.0.0.0:9093'\n",
        "2: api.listen: other machines can reach it, so it needs tokens, or open = true",
    ),
    (
        "[api]\ntokens = [{ name = 'a', token = '${T}' }]\n",
        "2: api.tokens[0]: needs what it may do: ingest, read, answer, silence, admin",
    ),
    (
        "[api]\ntokens = [{ name = 'a', may = ['read'] }]\n",
        "2: api.tokens[0]: needs a token, or a token_file",
    ),
    ("[api]\ntokens = [{ token = '${T}', may = ['read'] }]\n", "2: api.tokens[0]: needs a name"),
    (
        "[api]\ntokens = [\n{ name = 'a', token = '${T}', may = ['read'] },\n"
        "{ name = 'a', token = '${U}', may = ['read'] },\n]\n",
        "4: api.tokens[1].name: another token is called 'a' already",
    ),
    ("[sources.p]\n", "1: sources.p: needs a kind: alertmanager, webhook, redis"),
    (
        "[sources.p]\nkind = 'alertmanager'\nalertmanager_api = true\n"
        "[sources.q]\nkind = 'alertmanager'\nalertmanager_api = true\n",
        "6: sources.q.alertmanager_api: /api/v2/alerts belongs to 'p' already"
        "; one source at most has it",
    ),
    (
        "[sources.api]\nkind = 'webhook'\n",
        "1: sources.api: the name 'api' is for the source with alertmanager_api = true"
        "; add it, or rename",
    ),
    (
        "[sources.p]\nkind = 'redis'\nstream = 'x'\n",
        "1: sources.p: needs a url, such as redis://localhost:6379/0",
    ),
    (
        "[sources.p]\nkind = 'redis'\nurl = 'redis://h'\n",
        "1: sources.p: needs a stream",
    ),
    (
        "[service]\nsecret = '${S}'\nsecret_file = 's'\n",
        "3: service.secret_file: secret is there too; give only one",
    ),
    (
        "[channels.slack]\ntoken = '${S}'\ntoken_file = 's'\n",
        "3: channels.slack.token_file: token is there too; give only one",
    ),
    (
        "[users.ana]\nemail = 'a@b.c'\nemail_file = 's'\n",
        "3: users.ana.email_file: email is there too; give only one",
    ),
    (
        "[receivers.x]\nsms = [{ to = ['+15555550101'], to_file = 'x', account = '${A}',"
        " token = '${B}', from = 'Tocsin' }]\n",
        "2: receivers.x.sms[0].to_file: to is there too; give only one",
    ),
]


@pytest.mark.parametrize(
    ("piece", "problem"),
    [
        pytest.param(piece, problem, id=problem.partition(": ")[2])
        for piece, problem in [
            *UNKNOWN_KEYS,
            *HEARTBEATS,
            *MAINTENANCE,
            *DEADMAN,
            *META,
            *TYPES,
            *VALUES,
            *REFERENCES,
            *RULES,
        ]
    ],
)
def test_one_mistake_is_one_sentence(piece: str, problem: str) -> None:
    assert problems(piece) == [f"routes.toml:{problem}"]
