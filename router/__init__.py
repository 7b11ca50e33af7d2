"""Tocsin: takes alerts in, decides who must know, and keeps calling until a person has answered."""
