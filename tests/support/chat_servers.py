"""Local servers that speak Discord's, Telegram's, Teams', Mattermost's and Opsgenie's protocols."""

import json
import re
from typing import Any

from support.servers import Answer, HttpServer, Request


class DiscordServer(HttpServer):
    """One webhook. Messages are kept by id when `wait=true` asks for one, and can be edited."""

    path = "/api/webhooks/12345678901234567/discordsecret42"

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, Any] = {}

    @property
    def webhook_url(self) -> str:
        """The webhook's address."""
        return self.url + self.path

    def success(self, request: Request) -> Answer:
        path, _, query = request.path.partition("?")
        if not path.startswith(self.path):
            return self.refuses(404, 10015, "Unknown Webhook")
        if request.method == "PATCH":
            number = path.rpartition("/messages/")[2]
            if number not in self.messages:
                return self.refuses(404, 10008, "Unknown Message")
            self.messages[number] = request.json()
            return Answer(200, json.dumps({"id": number}).encode())
        if "wait=true" not in query:
            return Answer(204, b"")
        number = str(1000 + len(self.messages))
        self.messages[number] = request.json()
        return Answer(200, json.dumps({"id": number}).encode())

    @staticmethod
    def refuses(status: int, code: int, message: str) -> Answer:
        """Discord's way to refuse."""
        return Answer(status, json.dumps({"message": message, "code": code}).encode())


class TelegramServer(HttpServer):
    """One bot. Messages are kept by chat and number; `moved` maps a chat to the one it became."""

    token = "123456:telegramsecret42"

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[tuple[str, str], str] = {}
        self.moved: dict[str, int] = {}

    def success(self, request: Request) -> Answer:
        found = re.fullmatch(rf"/bot{re.escape(self.token)}/(\w+)", request.path)
        if found is None:
            return self.refuses(404, "Not Found")
        form = request.json()
        chat = form["chat_id"]
        if chat in self.moved:
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            return self.refuses(400, said, migrate_to_chat_id=self.moved[chat])
        if form.get("parse_mode") == "HTML" and form["text"].count("<") != form["text"].count(">"):
            return self.refuses(400, "Bad Request: can't parse entities: unclosed tag")
        number = form.get("message_id") or str(40 + len(self.messages))
        if found[1] == "editMessageText" and (chat, number) not in self.messages:
            return self.refuses(400, "Bad Request: message to edit not found")
        if self.messages.get((chat, number)) == form["text"]:
            return self.refuses(400, "Bad Request: message is not modified")
        self.messages[chat, number] = form["text"]
        result = {"message_id": int(number), "chat": {"id": chat}}
        return Answer(200, json.dumps({"ok": True, "result": result}).encode())

    @staticmethod
    def refuses(status: int, description: str, **parameters: int) -> Answer:
        """Telegram's way to refuse."""
        said = {"ok": False, "error_code": status, "description": description}
        if parameters:
            said["parameters"] = parameters
        return Answer(status, json.dumps(said).encode())


class TeamsServer(HttpServer):
    """A workflow: 202 and nothing, whatever comes of it."""

    def success(self, request: Request) -> Answer:
        return Answer(202, b"")


class MattermostServer(HttpServer):
    """An incoming webhook."""

    def success(self, request: Request) -> Answer:
        if request.path != "/hooks/mattermostsecret42":
            return Answer(400, b'{"id":"web.incoming_webhook.invalid.app_error"}')
        return Answer(200, b"ok", headers={"Content-Type": "text/plain"})


class OpsgenieServer(HttpServer):
    """The Alert API for one key; keeps the state and the count of each alias' alert."""

    key = "genie-secret-key-42"

    def __init__(self) -> None:
        super().__init__()
        self.alerts: dict[str, dict[str, Any]] = {}

    def success(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != f"GenieKey {self.key}":
            return Answer(401, b'{"message":"Could not authenticate","took":0.0}')
        body = request.json()
        if (request.method, request.path) == ("POST", "/v2/alerts"):
            alert = self.alerts.get(body["alias"])
            if alert is None or alert["state"] == "closed":
                alert = self.alerts[body["alias"]] = {"state": "open", "count": 0, **body}
            alert["count"] += 1
            return self._accepted()
        found = re.fullmatch(r"/v2/alerts/(\w+)/(\w+)\?identifierType=alias", request.path)
        if found is None:
            return Answer(404, b'{"message":"Not found"}')
        alias, verb = found.groups()
        if request.method == "PUT":
            self.alerts[alias].update(body)
        elif alias in self.alerts:
            self.alerts[alias]["state"] = {"close": "closed", "acknowledge": "acked"}[verb]
        return self._accepted()

    @staticmethod
    def _accepted() -> Answer:
        said = {"result": "Request will be processed", "took": 0.1, "requestId": "r-1"}
        return Answer(202, json.dumps(said).encode())
