"""From approvals to hand-overs: what may leave, when, and the steps in which it does.

`judging` looks at every approval as the books and the record stand now; `calendar` knows the days
on which nobody is written to; `handing` lets leave what may, so that a crash at any step sends
nothing twice; `settling` is what only a person can say; `batches` approves routine cases together.
"""

from pipeline.sending.handing import Report, send
from pipeline.sending.judging import Judged, Reason, judge
from pipeline.sending.settling import by_mail_program, settle

__all__ = ["Judged", "Reason", "Report", "by_mail_program", "judge", "send", "settle"]
