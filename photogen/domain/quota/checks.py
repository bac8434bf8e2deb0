"""Where the quota would contradict itself."""

from photogen.db.disagreements import Check

CHECKS = (
    Check(
        "quota_day",
        "account {0}, {1}: the day says {2} used and {3} held, its pictures {4} and {5}",
        """
        SELECT account_id, day, d.used, d.held, coalesce(u.used, 0), coalesce(u.held, 0)
        FROM (SELECT * FROM quota_day WHERE account_id BETWEEN :first AND :last) AS d FULL JOIN (
            SELECT account_id, day, coalesce(sum(weight) FILTER (WHERE state = 'used'), 0) AS used,
                   coalesce(sum(weight) FILTER (WHERE state = 'held'), 0) AS held
            FROM quota_use WHERE account_id BETWEEN :first AND :last GROUP BY account_id, day
        ) AS u USING (account_id, day)
        WHERE d.used IS DISTINCT FROM coalesce(u.used, 0) OR d.held IS DISTINCT FROM coalesce(u.held, 0)""",
    ),
    Check(
        "quota_of_picture",
        "shot {1} is {2}: its part of the quota is {3}",
        """
        SELECT s.account_id, s.id, s.status, coalesce(u.state, 'missing')
        FROM shot s LEFT JOIN quota_use u ON u.key = s.hold_key
        WHERE s.paid_by = 'quota' AND s.account_id BETWEEN :first AND :last
            AND u.state IS DISTINCT FROM CASE s.status WHEN 'done' THEN 'used' WHEN 'failed' THEN 'released'
                WHEN 'cancelled' THEN 'released' ELSE 'held' END""",
    ),
)
"""In what days, uses and shots can contradict each other."""
