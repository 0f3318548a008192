"""Trouble that a person can switch on: what each vendor's API or webhook shall do wrong next."""

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong."""

    RATE_LIMITED = "rate_limited"  # API: 429 with a retry time, in the vendor's own form
    SERVER_ERROR = "server_error"  # API: 500
    TIMEOUT = "timeout"  # API: the call is carried out, the answer never comes
    REFUSED = "refused"  # API: the connection is dropped before anything is done
    LOST = "lost"  # webhook: never sent
    DOUBLED = "doubled"  # webhook: sent twice
    LATE = "late"  # webhook: kept until released
    REORDERED = "reordered"  # webhook: kept until the next one has gone


WEBHOOK_FAULTS = frozenset({Fault.LOST, Fault.DOUBLED, Fault.LATE, Fault.REORDERED})


@dataclass
class Rule:
    """`fault` strikes the next `count` calls of `service` whose method contains `method` (empty: any)."""

    service: str
    fault: Fault
    count: int = 1
    method: str = ""
    retry_after: int = 2


@dataclass
class Faults:
    """The rules in force, first match wins; a used-up rule disappears."""

    rules: list[Rule] = field(default_factory=list)

    def add(self, rule: Rule) -> None:
        """Put `rule` in force behind those that stand already."""
        self.rules.append(rule)

    def clear(self, service: str = "") -> None:
        """Lift every rule, or every rule of one service."""
        self.rules = [rule for rule in self.rules if service and rule.service != service]

    def strike(self, service: str, method: str, *, webhook: bool = False) -> Rule | None:
        """The rule that strikes this call, used up by one; None when it may pass."""
        for rule in self.rules:
            if rule.service == service and rule.method in method and (rule.fault in WEBHOOK_FAULTS) == webhook:
                rule.count -= 1
                if rule.count <= 0:
                    self.rules.remove(rule)
                return rule
        return None
