"""The words of a receipt in the languages that we have words for."""

from dataclasses import dataclass

from payments.numbering import PaperKind


@dataclass(frozen=True, slots=True)
class Words:
    """One language; `locale` writes its dates and sums. What stands in braces is filled in."""

    locale: str
    receipt: str
    credit_note: str
    date: str
    customer: str
    paid_on: str
    paid_with: str
    payment: str
    for_receipt: str
    what: str
    amount: str
    net: str
    tax: str
    total: str
    given_back: str
    reason: str
    so_far: str
    on_top: str
    coupon: str
    whole: str
    before: str
    later: str
    tip: str
    tax_id: str
    test: str
    void: str

    def title(self, kind: PaperKind) -> str:
        """What the paper is called."""
        return self.credit_note if kind is PaperKind.CREDIT_NOTE else self.receipt


ENGLISH = Words(
    locale="en", receipt="Receipt", credit_note="Credit note", date="Date", customer="Customer",
    paid_on="Paid on", paid_with="Paid with", payment="Payment", for_receipt="For receipt", what="Description",
    amount="Amount", net="Net", tax="Tax {} %", total="Total paid", given_back="Given back", reason="Reason",
    so_far="{back} of {paid} has been given back so far.", tax_id="Tax ID",
    on_top="Tax {} % on top", coupon="Coupon", whole="All lines", before="Deposit, paid before",
    later="Rest, to be paid later", tip="Tip",
    test="This is test money. Nothing was paid.",
    void="Void: this refund did not go through.",
)  # fmt: skip
GERMAN = Words(
    locale="de", receipt="Quittung", credit_note="Gutschrift", date="Datum", customer="Kunde",
    paid_on="Bezahlt am", paid_with="Bezahlt mit", payment="Zahlung", for_receipt="Zur Quittung", what="Beschreibung",
    amount="Betrag", net="Netto", tax="Steuer {} %", total="Bezahlt", given_back="Erstattet", reason="Grund",
    so_far="Bisher wurden {back} von {paid} erstattet.", tax_id="Steuernummer",
    on_top="zuzüglich {} % Steuer", coupon="Gutschein", whole="Alle Posten", before="Anzahlung, schon bezahlt",
    later="Rest, später zu zahlen", tip="Trinkgeld",
    test="Das ist Testgeld. Es wurde nichts bezahlt.", void="Ungültig: Diese Erstattung kam nicht zustande.",
)  # fmt: skip
HINDI = Words(
    locale="hi", receipt="रसीद", credit_note="क्रेडिट नोट", date="तारीख", customer="ग्राहक",
    paid_on="भुगतान की तारीख", paid_with="भुगतान का माध्यम", payment="भुगतान संख्या", for_receipt="रसीद संख्या", what="विवरण",
    amount="राशि", net="कर से पहले", tax="कर {} %", total="कुल भुगतान", given_back="लौटाई गई राशि", reason="कारण",
    so_far="अब तक {paid} में से {back} लौटाए गए हैं।", tax_id="कर पहचान संख्या",
    on_top="ऊपर से {} % कर", coupon="कूपन", whole="कुल मदें", before="अग्रिम, पहले चुकाया गया",
    later="शेष, बाद में देय", tip="टिप",
    test="यह परीक्षण राशि है। कोई भुगतान नहीं हुआ।", void="अमान्य: यह वापसी पूरी नहीं हुई।",
)  # fmt: skip
SPANISH = Words(
    locale="es", receipt="Recibo", credit_note="Nota de crédito", date="Fecha", customer="Cliente",
    paid_on="Pagado el", paid_with="Pagado con", payment="Pago", for_receipt="Del recibo", what="Descripción",
    amount="Importe", net="Neto", tax="Impuesto {} %", total="Total pagado", given_back="Devuelto", reason="Motivo",
    so_far="Se han devuelto {back} de {paid} hasta ahora.", tax_id="NIF",
    on_top="más {} % de impuesto", coupon="Cupón", whole="Todas las líneas", before="Anticipo, ya pagado",
    later="Resto, por pagar más tarde", tip="Propina",
    test="Es dinero de prueba. No se ha pagado nada.", void="Anulada: esta devolución no se realizó.",
)  # fmt: skip

_LANGUAGES = {words.locale: words for words in (ENGLISH, GERMAN, HINDI, SPANISH)}


def words_for(language: str) -> Words:
    """The words for somebody's language (BCP 47); English where we have none."""
    return _LANGUAGES.get(language.replace("_", "-").partition("-")[0].lower(), ENGLISH)
