"""PhonePe's refusals, in PhonePe's JSON."""

from sandbox.gateways import GatewayRefused


class Refused(GatewayRefused):
    """A call that PhonePe answers with an error."""

    def __init__(self, message: str, *, code: str = "BAD_REQUEST", status: int = 400, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"success": False, "code": code, "message": message, "data": {}} | more


def no_order(order_id: str) -> Refused:
    """No order has this merchant order id."""
    return Refused(f"No order found for {order_id}", code="ORDER_NOT_FOUND", status=404)


def no_refund(refund_id: str) -> Refused:
    """No refund has this merchant refund id."""
    return Refused(f"No refund found for {refund_id}", code="REFUND_NOT_FOUND", status=404)
