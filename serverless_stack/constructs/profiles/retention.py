"""How long a construct keeps its data, backups and logs: its arguments, else its profile."""

from dataclasses import dataclass
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays

from serverless_stack.constructs.profiles.settings import Removal

REMOVAL_POLICIES: Final[dict[Removal, RemovalPolicy]] = {
    "destroy": RemovalPolicy.DESTROY,
    "retain": RemovalPolicy.RETAIN,
    "retain_on_update_or_delete": RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
}
LOG_RETENTIONS: Final = {
    1: RetentionDays.ONE_DAY,
    3: RetentionDays.THREE_DAYS,
    5: RetentionDays.FIVE_DAYS,
    7: RetentionDays.ONE_WEEK,
    14: RetentionDays.TWO_WEEKS,
    30: RetentionDays.ONE_MONTH,
    60: RetentionDays.TWO_MONTHS,
    90: RetentionDays.THREE_MONTHS,
    120: RetentionDays.FOUR_MONTHS,
    150: RetentionDays.FIVE_MONTHS,
    180: RetentionDays.SIX_MONTHS,
    365: RetentionDays.ONE_YEAR,
    400: RetentionDays.THIRTEEN_MONTHS,
    545: RetentionDays.EIGHTEEN_MONTHS,
    731: RetentionDays.TWO_YEARS,
    1096: RetentionDays.THREE_YEARS,
    1827: RetentionDays.FIVE_YEARS,
    2192: RetentionDays.SIX_YEARS,
    2557: RetentionDays.SEVEN_YEARS,
    2922: RetentionDays.EIGHT_YEARS,
    3288: RetentionDays.NINE_YEARS,
    3653: RetentionDays.TEN_YEARS,
}


@dataclass(frozen=True)
class Retention:
    """What one construct does with its data, backups and logs.

    Every construct takes these values from ``Profile.retention`` and sets no default of its own,
    so that a profile holds for all of them.

    Attributes:
        data: The removal policy of the resources that hold data. ``SNAPSHOT`` takes a final
            backup and deletes the rest.
        logs: The removal policy of log groups, and of other resources that cannot be backed up.
        log_days: How long logs are kept.
        backup_days: How many days automatic backups are kept; 0 for no backups.
    """

    data: RemovalPolicy
    logs: RemovalPolicy
    log_days: RetentionDays
    backup_days: int

    @property
    def deletes_data(self) -> bool:
        """Whether the data is lost when the stack is deleted."""
        return self.data == RemovalPolicy.DESTROY

    @property
    def final_backup(self) -> bool:
        """Whether a backup is taken when the stack is deleted."""
        return self.data == RemovalPolicy.SNAPSHOT
