"""Who may do what: one table of roles and acts, asked by every act of a person."""

from enum import Enum
from typing import Protocol

from server.node.errors import Locked, NotPermitted


class Role(Enum):
    """What a member of staff is there to do. The value is what commands and pages say."""

    ADVOCATE = "advocate"
    LIAISON = "liaison"
    COORDINATOR = "coordinator"
    CHAIR = "chair"
    OBSERVER = "observer"
    PRIVACY_OFFICER = "privacy_officer"
    ANALYST = "analyst"
    OPERATOR = "operator"


class Act(Enum):
    """Everything a person can ask of a node. The value is what the audit calls it."""

    SERVE = "serve"
    ADD_STAFF = "staff.add"
    LIST_STAFF = "staff.list"
    REMOVE_STAFF = "staff.remove"
    CHANGE_PASSPHRASE = "passphrase.change"  # noqa: S105  # an act, not a secret
    RECOVER = "recover"
    SHOW_CARD = "card"
    READ_WORDS = "words"
    ENROL = "enrol"
    JOIN = "join"
    VERIFY_PARTNER = "verify"
    LIST_PARTNERS = "partner.list"
    CHANGE_PARTNER = "partner.change"
    NEW_REF = "case.new-ref"
    IMPORT_CASE = "case.import"
    LIST_CASES = "case.list"
    READ_CASE = "case.show"
    EDIT_CASE = "case.edit"
    RECORD_RELEASE = "release.record"
    LIST_CONSENTS = "consent.list"
    ADOPT_CONSENT = "consent.adopt"
    RENEW_CONSENT = "consent.renew"
    CONFIRM_CONSENT = "consent.confirm"
    REFUSE_CONSENT = "consent.refuse"
    READ_RECEIPTS = "consent.receipts"
    WITHDRAW = "withdraw"
    SHARE = "share"
    PREVIEW_SHARE = "share.dry-run"
    SYNC = "sync"
    VIEW_CASE = "view"
    READ_AUDIT = "audit.list"
    VERIFY_AUDIT = "audit.verify"
    DOCTOR = "doctor"
    CONFIRM_CLOCK = "clock.confirm"
    IMPORT_LISTING = "listing.import"
    EXPORT_LISTING = "listing.export"
    READ_LISTING = "listing.read"
    EDIT_ENTRY = "entry.edit"
    INVITE = "invitation.make"
    OPEN_INVITATION = "invitation.open"
    READ_ONBOARDING = "onboarding.list"
    RECORD_STEP = "onboarding.step"
    REHEARSE = "onboarding.rehearse"
    READ_REVIEWS = "self-review.list"
    REVIEW_DUTIES = "self-review.record"
    LEAVE = "leave"
    SIGN_DIRECTORY = "directory.sign"
    SUSPEND_PARTNER = "partner.suspend"
    ADOPT_PACK = "pack.adopt"
    SUCCEED = "card.succeed"
    WALL = "wall.put"
    TIE = "tie.say"
    REFER = "referral.make"
    READ_REFERRALS = "referral.list"
    READ_INTAKE = "intake.list"
    DECIDE_INTAKE = "intake.decide"
    PUT_MOTION = "motion.put"
    VOTE = "motion.vote"
    ANSWER_REQUEST = "request.answer"
    READ_MEETING = "meeting.read"
    PLAN_MEETING = "meeting.plan"
    RUN_MEETING = "meeting.run"
    WRITE_PLAN = "plan.write"
    CIRCULATE_PLAN = "plan.circulate"
    READ_PLAN = "plan.read"
    READ_ACTIONS = "action.list"
    ANSWER_ACTION = "action.answer"
    MAKE_FEED = "calendar.feed"
    EXPORT_PAPER = "paper.export"


_EVERYBODY = frozenset(Role)
_CASEWORK = frozenset({Role.ADVOCATE, Role.LIAISON, Role.COORDINATOR})
_PARTNERS = frozenset({Role.LIAISON, Role.COORDINATOR})
_WATCH = frozenset({Role.PRIVACY_OFFICER, Role.LIAISON, Role.COORDINATOR, Role.OPERATOR})

TABLE: dict[Act, frozenset[Role]] = {
    Act.SERVE: _EVERYBODY,
    Act.ADD_STAFF: frozenset({Role.OPERATOR}),
    Act.LIST_STAFF: _EVERYBODY,
    Act.REMOVE_STAFF: frozenset({Role.OPERATOR}),
    Act.CHANGE_PASSPHRASE: _EVERYBODY,
    Act.RECOVER: _EVERYBODY,
    Act.SHOW_CARD: _EVERYBODY,
    Act.READ_WORDS: _EVERYBODY,
    Act.ENROL: frozenset({Role.COORDINATOR}),
    Act.JOIN: _PARTNERS,
    Act.VERIFY_PARTNER: _PARTNERS,
    Act.LIST_PARTNERS: _EVERYBODY,
    Act.CHANGE_PARTNER: frozenset({Role.COORDINATOR}),
    Act.NEW_REF: _CASEWORK,
    Act.IMPORT_CASE: _CASEWORK,
    Act.LIST_CASES: _CASEWORK | {Role.CHAIR, Role.PRIVACY_OFFICER},
    Act.READ_CASE: _CASEWORK | {Role.PRIVACY_OFFICER},
    Act.EDIT_CASE: _CASEWORK,
    Act.RECORD_RELEASE: _CASEWORK,
    Act.LIST_CONSENTS: _CASEWORK | {Role.PRIVACY_OFFICER},
    Act.ADOPT_CONSENT: _CASEWORK,
    Act.RENEW_CONSENT: _CASEWORK,
    Act.CONFIRM_CONSENT: _CASEWORK,
    Act.REFUSE_CONSENT: _CASEWORK,
    Act.READ_RECEIPTS: _CASEWORK | {Role.PRIVACY_OFFICER},
    # Withdrawing is a word: whoever works with a survivor, or guards privacy, can take it.
    Act.WITHDRAW: _CASEWORK | {Role.CHAIR, Role.PRIVACY_OFFICER},
    Act.SHARE: _CASEWORK,
    Act.PREVIEW_SHARE: _CASEWORK | {Role.PRIVACY_OFFICER},
    Act.SYNC: _EVERYBODY,
    Act.VIEW_CASE: _CASEWORK | {Role.CHAIR},
    Act.READ_AUDIT: _WATCH,
    Act.VERIFY_AUDIT: _WATCH,
    Act.DOCTOR: _EVERYBODY,
    Act.CONFIRM_CLOCK: frozenset({Role.OPERATOR}),
    Act.IMPORT_LISTING: _PARTNERS,
    Act.EXPORT_LISTING: _PARTNERS,
    Act.READ_LISTING: _EVERYBODY,
    Act.EDIT_ENTRY: _PARTNERS,
    Act.INVITE: frozenset({Role.COORDINATOR}),
    Act.OPEN_INVITATION: _PARTNERS,
    Act.READ_ONBOARDING: _EVERYBODY,
    Act.RECORD_STEP: _PARTNERS,
    Act.REHEARSE: _CASEWORK,
    Act.READ_REVIEWS: _WATCH,
    Act.REVIEW_DUTIES: _PARTNERS | {Role.PRIVACY_OFFICER},
    Act.LEAVE: frozenset({Role.LIAISON}),
    Act.SIGN_DIRECTORY: _PARTNERS,
    Act.SUSPEND_PARTNER: _PARTNERS,
    Act.SUCCEED: _PARTNERS,
    Act.ADOPT_PACK: _PARTNERS,
    Act.WALL: _PARTNERS | {Role.PRIVACY_OFFICER},
    Act.TIE: _EVERYBODY,
    Act.REFER: _CASEWORK,
    Act.READ_REFERRALS: _CASEWORK | {Role.PRIVACY_OFFICER},
    Act.READ_INTAKE: frozenset({Role.COORDINATOR, Role.CHAIR}),
    Act.DECIDE_INTAKE: frozenset({Role.COORDINATOR}),
    Act.PUT_MOTION: frozenset({Role.COORDINATOR, Role.CHAIR}),
    Act.VOTE: frozenset({Role.LIAISON}),
    Act.ANSWER_REQUEST: _CASEWORK,
    Act.READ_MEETING: _CASEWORK | {Role.CHAIR, Role.OBSERVER},
    Act.PLAN_MEETING: frozenset({Role.COORDINATOR}),
    Act.RUN_MEETING: frozenset({Role.COORDINATOR, Role.CHAIR}),
    Act.WRITE_PLAN: frozenset({Role.COORDINATOR, Role.CHAIR}),
    Act.CIRCULATE_PLAN: frozenset({Role.COORDINATOR}),
    Act.READ_PLAN: _CASEWORK | {Role.CHAIR},
    Act.READ_ACTIONS: _CASEWORK | {Role.CHAIR},
    Act.ANSWER_ACTION: _CASEWORK,
    Act.MAKE_FEED: _CASEWORK | {Role.CHAIR, Role.OBSERVER},
    Act.EXPORT_PAPER: _CASEWORK | {Role.CHAIR},
}

CASE_ACTS = frozenset(act for act, roles in TABLE.items() if Role.OPERATOR not in roles) - {
    Act.ENROL,
    Act.JOIN,
    Act.VERIFY_PARTNER,
    Act.CHANGE_PARTNER,
    Act.IMPORT_LISTING,
    Act.EXPORT_LISTING,
    Act.EDIT_ENTRY,
    Act.INVITE,
    Act.OPEN_INVITATION,
    Act.RECORD_STEP,
    Act.REVIEW_DUTIES,
    Act.LEAVE,
    Act.SIGN_DIRECTORY,
    Act.SUSPEND_PARTNER,
    Act.SUCCEED,
    Act.ADOPT_PACK,
    Act.READ_MEETING,  # when and who; which cases a page shows is asked of each
    Act.MAKE_FEED,
}
"""Acts that open or change something about a case; an operator alone does none of them."""


class AtWork(Protocol):
    """Whoever sits at a desk; enough to ask what they may do."""

    @property
    def roles(self) -> frozenset[Role]: ...

    @property
    def signed_in(self) -> bool: ...


def may(roles: frozenset[Role], act: Act) -> bool:
    """May somebody with these roles do this?"""
    return not roles.isdisjoint(TABLE[act])


def require(desk: AtWork, act: Act) -> None:
    """Go on only if the person at this desk may do this."""
    if not desk.signed_in:
        raise Locked
    if may(desk.roles, act):
        return
    if desk.roles == frozenset({Role.OPERATOR}) and act in CASE_ACTS:
        raise NotPermitted("An operator opens no case. Sign in as somebody who works with cases.")
    raise NotPermitted
