"""The statements: what was delivered and paid, held against the ledger that credits and quota keep (their own checks
look at those).

Of an account that is deleted, work has no rows any more; its ledger and its payments stay."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from photogen.db.disagreements import Check
from photogen.models import Account


def accounts(session: Session, after: str, limit: int) -> Sequence[str]:
    """Ids beyond `after`, in order, those of deleted accounts too."""
    return session.exec(select(Account.id).where(Account.id > after).order_by(col(Account.id)).limit(limit)).all()


_WORK = (
    Check(
        "hold_of_picture",
        "hold {1} is {2}, its picture {3}",
        """
        SELECT h.account_id, h.key, h.state, coalesce(s.status, 'missing')
        FROM credit_hold h JOIN account a ON a.id = h.account_id
            LEFT JOIN shot s ON s.id = h.subject_id AND s.hold_key = h.key
        WHERE h.kind = 'shot' AND h.account_id BETWEEN :first AND :last
            AND (s.id IS NULL AND a.deleted_at IS NULL OR s.id IS NOT NULL AND h.state <> CASE s.status
                WHEN 'done' THEN 'captured' WHEN 'failed' THEN 'released'
                WHEN 'cancelled' THEN 'released' ELSE 'open' END)""",
    ),
    Check(
        "picture_not_held",
        "picture {1} costs {2} credits, {3} were set aside for it",
        """
        SELECT s.account_id, s.id, s.credits, coalesce(h.amount, 0)
        FROM shot s LEFT JOIN credit_hold h ON h.key = s.hold_key
        WHERE s.paid_by = 'credits' AND s.account_id BETWEEN :first AND :last
            AND h.amount IS DISTINCT FROM s.credits""",
    ),
    Check(
        "picture_not_paid",
        "picture {1} is in the gallery, but its shot is {2}",
        """
        SELECT i.account_id, i.id, coalesce(s.status, 'missing')
        FROM image i LEFT JOIN shot s ON s.id = i.shot_id
        WHERE i.account_id BETWEEN :first AND :last AND s.status IS DISTINCT FROM 'done'
            AND i.vendor <> 'upload'""",
    ),
    Check(
        "quota_of_nothing",
        "a part of the quota ({1}, weight {2}) belongs to no picture of that weight",
        """
        SELECT u.account_id, u.key, u.weight
        FROM quota_use u LEFT JOIN shot s
            ON s.id = split_part(u.key, ':', 2) AND s.hold_key = u.key AND s.paid_by = 'quota'
        WHERE u.account_id BETWEEN :first AND :last AND s.quota_weight IS DISTINCT FROM u.weight""",
    ),
    Check(
        "hold_of_training",
        "hold {1} is for a training that is not there",
        """
        SELECT h.account_id, h.key
        FROM credit_hold h JOIN account a ON a.id = h.account_id LEFT JOIN training t ON t.id = h.subject_id
        WHERE h.kind = 'training' AND h.account_id BETWEEN :first AND :last
            AND t.id IS NULL AND a.deleted_at IS NULL""",
    ),
    Check(
        "training_round",
        "training {1}, attempt {2}, paid by {3} with {4} credits, is {5}: its hold is {6} over {7}",
        """
        SELECT t.account_id, t.id, r.number, r.paid_by, r.credits, r.state,
               coalesce(h.state, 'missing'), coalesce(h.amount, 0)
        FROM training_round r JOIN training t ON t.id = r.training_id
            LEFT JOIN credit_hold h
                ON h.key = 'training:' || t.id || CASE r.number WHEN 1 THEN '' ELSE ':' || r.number END
        WHERE t.account_id BETWEEN :first AND :last AND CASE r.paid_by
            WHEN 'credits' THEN (h.state, h.amount) IS DISTINCT FROM (r.state, r.credits)
            ELSE h.id IS NOT NULL OR r.credits <> 0 END""",
    ),
    Check(
        "training_status",
        "training {1} is {2}: its attempt {3} is {4}",
        """
        SELECT t.account_id, t.id, t.status, coalesce(r.number, 0), coalesce(r.state, 'missing')
        FROM training t LEFT JOIN training_round r ON r.training_id = t.id
        WHERE t.account_id BETWEEN :first AND :last AND (
            r.state IS DISTINCT FROM CASE WHEN r.number < t.rounds THEN 'released' WHEN t.status = 'completed'
                THEN 'captured' WHEN t.status IN ('failed', 'cancelled') THEN 'released' ELSE 'open' END
            OR r.number = t.rounds AND (r.paid_by, r.credits) IS DISTINCT FROM (t.paid_by, t.credits))""",
    ),
    Check(
        "included_trainings",
        "account {0} has used {3} included trainings in {2}, no plan that it had includes more than {4}",
        """
        SELECT u.account_id, u.account_id || ':' || u.month, u.month, u.used, coalesce(p.most, 0)
        FROM (
            SELECT t.account_id, to_char(coalesce(r.started_at, t.created_at) AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
                   count(*) AS used
            FROM training t LEFT JOIN training_round r ON r.training_id = t.id AND r.number = t.rounds
            WHERE t.account_id BETWEEN :first AND :last AND t.paid_by = 'included'
                AND t.status NOT IN ('failed', 'cancelled')
            GROUP BY 1, 2
        ) AS u LEFT JOIN (
            SELECT had.account_id, max(v.trainings_included) AS most
            FROM (
                SELECT id AS account_id, plan_key, NULL AS version FROM account WHERE id BETWEEN :first AND :last
                UNION SELECT account_id, plan_key, plan_version FROM subscription
                    WHERE account_id BETWEEN :first AND :last
                UNION SELECT account_id, plan_key, plan_version FROM payment
                    WHERE account_id BETWEEN :first AND :last AND plan_key IS NOT NULL
            ) AS had JOIN plan_version v ON v.plan_key = had.plan_key AND v.number = coalesce(had.version, v.number)
            GROUP BY 1
        ) AS p USING (account_id)
        WHERE u.used > coalesce(p.most, 0)""",
    ),
)
_PAID = (
    Check(
        "payment_granted",
        "payment {1} ({2}) gave {3} credits, its grant is of {4}",
        """
        SELECT p.account_id, p.id, p.gateway_id, p.credits, coalesce(g.amount, 0)
        FROM payment p LEFT JOIN credit_grant g ON g.key = p.gateway || ':' || p.gateway_id
        WHERE p.account_id BETWEEN :first AND :last AND p.status = 'paid' AND p.granted_at IS NOT NULL
            AND coalesce(g.amount, 0) <> p.credits
            -- credits that had lapsed before the invoice was heard of are not granted; the payment alone names them
            AND NOT (g.id IS NULL AND p.kind = 'plan' AND p.granted_at >= CASE
                WHEN p.interval <> 'year' THEN p.period_end
                -- an upgrade's lapse with the year's own month, which may be three days shorter than told from its end
                WHEN p.reason = 'subscription_update' AND p.period_end < p.period_start + interval '12 months' THEN
                    p.period_end - interval '3 days' - (interval '1 month' * (
                        extract(year FROM age(p.period_end, p.period_start)) * 12
                        + extract(month FROM age(p.period_end, p.period_start))))
                ELSE least(p.period_end, p.period_start + interval '1 month') END)""",
    ),
    Check(
        "payment_not_granted",
        "payment {1} ({2}) is paid, and nothing was granted for it",
        """
        SELECT account_id, id, gateway_id FROM payment
        WHERE account_id BETWEEN :first AND :last AND status = 'paid' AND granted_at IS NULL""",
    ),
    Check(
        "payment_terms",
        "payment {1} ({2}) gave {3} credits, what was sold gives {4}",
        """
        SELECT p.account_id, p.id, p.gateway_id, p.credits, coalesce(v.credits_month, b.credits, 0)
        FROM payment p LEFT JOIN plan_version v ON v.plan_key = p.plan_key AND v.number = p.plan_version
            LEFT JOIN purchase b ON b.id = p.purchase_id AND p.kind = 'pack' AND b.status = 'complete'
        WHERE p.account_id BETWEEN :first AND :last AND p.status = 'paid' AND CASE
            WHEN p.kind = 'pack' THEN p.credits IS DISTINCT FROM b.credits
            WHEN p.reason IN ('subscription_create', 'subscription_cycle')
                THEN p.credits NOT IN (0, coalesce(v.credits_month, 0))
            ELSE false END""",
    ),
    Check(
        "payment_refunded",
        "payment {1}: {2} cents went back by its own word, {3} one by one",
        """
        SELECT p.account_id, p.id, p.refunded_cents, coalesce(sum(r.cents), 0)
        FROM payment p LEFT JOIN payment_refund r ON r.payment_id = p.id
        WHERE p.account_id BETWEEN :first AND :last
        GROUP BY p.id HAVING p.refunded_cents <> coalesce(sum(r.cents), 0)""",
    ),
    Check(
        "payment_clawed",
        "payment {1}: {2} credits went back by its own word, {3} by the ledger",
        """
        SELECT account_id, payment_id, coalesce(p.clawed, 0), coalesce(e.taken, 0) - coalesce(g.returned, 0)
        FROM (SELECT account_id, id AS payment_id, clawed FROM payment WHERE account_id BETWEEN :first AND :last) AS p
        FULL JOIN (
            SELECT account_id, split_part(key, ':', 2) AS payment_id, -sum(amount) AS taken FROM credit_entry
            WHERE kind = 'clawback' AND account_id BETWEEN :first AND :last GROUP BY 1, 2
        ) AS e USING (account_id, payment_id)
        FULL JOIN (
            SELECT account_id, split_part(key, ':', 2) AS payment_id, sum(amount) AS returned FROM credit_grant
            WHERE source = 'refund' AND account_id BETWEEN :first AND :last GROUP BY 1, 2
        ) AS g USING (account_id, payment_id)
        WHERE coalesce(p.clawed, 0) <> coalesce(e.taken, 0) - coalesce(g.returned, 0)""",
    ),
    Check(
        "grant_not_paid",
        "grant {1} of {2} credits has no payment of this account",
        """
        SELECT g.account_id, g.key, g.amount
        FROM credit_grant g LEFT JOIN payment p
            ON p.gateway_id = split_part(g.key, ':', 2) AND p.gateway = split_part(g.key, ':', 1)
            AND p.account_id = g.account_id AND p.status = 'paid'
        WHERE g.source IN ('plan', 'pack') AND g.account_id BETWEEN :first AND :last AND p.id IS NULL""",
    ),
    Check(
        "plan_not_paid",
        "subscription {1} gives the plan {2} and was never paid",
        """
        SELECT s.account_id, s.gateway_id, s.plan_key
        FROM subscription s
        WHERE s.account_id BETWEEN :first AND :last AND s.status = 'active' AND s.entitled_until > :now
            AND s.created_at < CAST(:now AS timestamptz) - interval '1 day' AND NOT EXISTS (
                SELECT FROM payment p WHERE p.account_id = s.account_id AND p.subscription_id = s.gateway_id
                    AND p.status = 'paid')""",
    ),
)
CHECKS = _WORK + _PAID
