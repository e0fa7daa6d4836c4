"""What an agency answers for the meeting to work, not what it knows of her."""

from typing import Final

from server.meeting.answers import ATTENDING
from server.meeting.ballots import SECTION as BALLOTS
from server.meeting.contact_log import LOG
from server.meeting.told_answers import ANSWERS

WORKINGS: Final = frozenset({ATTENDING, BALLOTS, ANSWERS, LOG})
"""Who comes, how it votes, what became of its actions, when it was in touch: pages of their own."""
