"""A gateway that pretends: no account, no money; refused to a team that is live."""

from payments.pretend.gateway import Pretend

__all__ = ["Pretend"]
