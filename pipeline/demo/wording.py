"""What customers write, by occasion; `{}` fields are filled from the books.

Kept apart from the phrases that the reply reader is tested with.
"""

from __future__ import annotations

REMINDER = (
    "Hello {contact},\n\n{invoice} over {amount} was due on {due}. Could you let me know when we "
    "can expect payment?\n\n{ours}\nNorthlight Software"
)
REPLIES: dict[str, tuple[str, ...]] = {
    "promise": (
        "Hi {ours},\n\nit is on the run of {day}.\n\n{contact}",
        "Hello,\n\nour next payment run is on {day} and {invoice} is on the list.\n\n{contact}",
        "Apologies, this slipped through. You will see the money by {day}.\n\n{contact}",
    ),
    "in_approval": (
        "Hello {ours},\n\n{invoice} is booked and waits for the budget holder.\n\n{contact}",
        "It has gone to the head of department for approval.\n\n{contact}",
    ),
    "document": (
        "Hello,\n\ncould you send {invoice} again? The PDF never reached me.\n\n{contact}",
        "Could you send us a statement of everything that is open, please?\n\n{contact}",
    ),
    "away": (
        "Automatic reply: I am out of the office until {day}. I will answer when I am back.",
        "Automatic reply: thank you. Accounts payable answers within three working days.",
    ),
    "order": ("Hello {ours},\n\nplease put our purchase order number on {invoice}.\n\n{contact}",),
}
ACKNOWLEDGEMENTS = (
    "Thank you, {contact}. I have made a note of it.\n\n{ours}",
    "Hello {contact},\n\nthanks for telling us; we will look after it.\n\n{ours}",
    "Noted with thanks, {contact}.\n\n{ours}",
)
TRY_AGAIN = "Hello {contact},\n\nI will write again once you are back.\n\n{ours}"
REPLY_WEIGHTS = {"promise": 42, "in_approval": 22, "document": 14, "away": 16, "order": 6}

CLAUSES = (
    "Many thanks for your help.",
    "Thank you for looking into it.",
    "Please call if anything is unclear.",
)
"""What reviewers add to a draft: so little that it counts as taken."""
REQUESTS = (
    (
        "Could you please tell us whether it has been approved on your side, and when we may "
        "expect the payment? If anything is missing, such as a document or an approval, just say "
        "so and we will see to it."
    ),
    (
        "Has it reached the right desk on your side? If it has, a short note with the planned "
        "payment date would help us very much; if it has not, please tell us whom we should write "
        "to instead."
    ),
)
"""What they put in the place of a draft's request."""
NOTES: dict[str, tuple[str, ...]] = {
    "PAID": ("The bank shows money from them: matching it first.", "Cash is being applied."),
    "TIMING": ("Their payment run is at the end of the week.", "We spoke on the telephone."),
    "CONTACT": ("They have a new clerk; asking for the address.", "Confirming the contact first."),
    "FACT": ("The terms have to be settled first.", "Billing is checking the invoice."),
    "RELATIONSHIP": ("Long-standing customer: a softer word from the owner.",),
    "RENEWAL": (
        "In renewal talks: I call them myself.",
        "Not while the renewal is on the table; I will raise it in our meeting.",
        "Their sponsor asked us not to mail about invoices before signing.",
    ),
}
"""Why, in the reviewers' words, by reason."""

DISPUTES: dict[str, tuple[str, ...]] = {
    "PRICE": (
        "The rate on {invoice} does not match our order form, which keeps the old price.",
        "You have charged the list price on {invoice}. Our discount is 12 %.",
    ),
    "QTY_USAGE": (
        "{invoice} charges more seats than we have. Please check the count before we pay.",
        "The overage on {invoice} cannot be right, we were below the limit all month.",
    ),
    "SERVICE": (
        "We will not release {invoice} until the migration that it bills is finished.",
        "The service was down for two days of the period on {invoice}. We expect a credit.",
    ),
    "DUPLICATE": ("It seems that {invoice} bills the same month a second time.",),
    "NOT_OURS": ("Nobody here ordered what {invoice} charges.",),
    "CREDIT_DISCOUNT": ("The credit that you promised us is missing from {invoice}.",),
    "TERMS": ("{invoice} is not due yet: our agreement gives us sixty days.",),
    "TAX": ("{invoice} carries sales tax although you hold our exemption certificate.",),
}
DISPUTE_WEIGHTS = {
    "PRICE": 22, "QTY_USAGE": 22, "SERVICE": 18, "DUPLICATE": 10, "NOT_OURS": 7,
    "CREDIT_DISCOUNT": 11, "TERMS": 6, "TAX": 4,
}  # fmt: skip

TICKETS: tuple[tuple[str, str, str, str], ...] = (
    ("how_to", "low", "Exporting a report to a spreadsheet", "Where is the export button now?"),
    ("how_to", "low", "Adding a user", "We have a new colleague, how do I give her access?"),
    ("how_to", "normal", "Single sign-on set-up", "Which fields does the identity provider need?"),
    ("bug", "normal", "Dashboard shows yesterday", "The numbers are a day behind since Monday."),
    ("bug", "high", "Import stops half way", "The nightly import stops at about 40,000 rows."),
    ("billing", "normal", "Which plan are we on?", "Please confirm the plan on our last invoice."),
    ("billing", "normal", "Change of billing address", "We have moved, the new address is below."),
    ("delivery", "high", "Interface not handed over", "The promised interface is not there yet."),
)
TICKET_WEIGHTS = (22, 18, 12, 14, 8, 12, 8, 6)
