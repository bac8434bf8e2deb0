"""Where the ledger would contradict itself."""

from photogen.db.disagreements import Check

CHECKS = (
    Check(
        "account_sum",
        "account {0}: its entries give {2}, its grants {3}",
        """
        SELECT account_id, account_id, coalesce(e.total, 0), coalesce(g.total, 0)
        FROM (SELECT account_id, sum(amount) AS total FROM credit_entry
              WHERE account_id BETWEEN :first AND :last GROUP BY 1) AS e
        FULL JOIN (SELECT account_id, sum(remaining) AS total FROM credit_grant
                   WHERE account_id BETWEEN :first AND :last GROUP BY 1) AS g USING (account_id)
        WHERE coalesce(e.total, 0) <> coalesce(g.total, 0)""",
    ),
    Check(
        "grant_remaining",
        "grant {1}: what remains is {2}, its entries give {3}",
        """
        SELECT g.account_id, g.key, g.remaining, coalesce(sum(e.amount), 0)
        FROM credit_grant g LEFT JOIN credit_entry e ON e.grant_id = g.id
        WHERE g.account_id BETWEEN :first AND :last
        GROUP BY g.id HAVING g.remaining <> coalesce(sum(e.amount), 0)""",
    ),
    Check(
        "grant_filled",
        "grant {1}: it is of {2}, but was filled with {3}",
        """
        SELECT account_id, key, amount, filled FROM (
            SELECT g.account_id, g.key, g.amount, coalesce(sum(e.amount), 0) AS filled
            FROM credit_grant g LEFT JOIN credit_entry e
                ON e.grant_id = g.id AND (e.kind = 'grant' OR e.kind = 'adjust' AND e.amount > 0)
            WHERE g.account_id BETWEEN :first AND :last GROUP BY g.id) AS sums
        WHERE amount <> filled""",
    ),
    Check(
        "hold_entries",
        "hold {1} is {2} over {3}: taken {4}, returned {5}, captures {6}",
        """
        SELECT account_id, key, state, amount, taken, returned, captures FROM (
            SELECT h.account_id, h.key, h.state, h.amount,
                   coalesce(-sum(e.amount) FILTER (WHERE e.kind = 'hold'), 0) AS taken,
                   coalesce(sum(e.amount) FILTER (WHERE e.kind = 'release'), 0) AS returned,
                   count(e.id) FILTER (WHERE e.kind = 'capture') AS captures
            FROM credit_hold h LEFT JOIN credit_entry e ON e.hold_id = h.id
            WHERE h.account_id BETWEEN :first AND :last GROUP BY h.id) AS sums
        WHERE taken <> amount OR returned <> CASE state WHEN 'released' THEN amount ELSE 0 END
            OR captures <> CASE state WHEN 'captured' THEN 1 ELSE 0 END""",
    ),
    Check(
        "hold_returned",
        "hold {2}: grant {3} gave {4} and got {5} back",
        """
        SELECT h.account_id, h.key || ':' || e.grant_id, h.key, e.grant_id,
               coalesce(-sum(e.amount) FILTER (WHERE e.kind = 'hold'), 0),
               coalesce(sum(e.amount) FILTER (WHERE e.kind = 'release'), 0)
        FROM credit_hold h JOIN credit_entry e ON e.hold_id = h.id AND e.kind IN ('hold', 'release')
        WHERE h.state = 'released' AND h.account_id BETWEEN :first AND :last
        GROUP BY h.account_id, h.key, e.grant_id HAVING sum(e.amount) <> 0""",
    ),
    Check(
        "entry_owner",
        "account {0}, entry {1}: it moves a grant or a hold of another account",
        """
        SELECT e.account_id, e.id
        FROM credit_entry e LEFT JOIN credit_grant g ON g.id = e.grant_id LEFT JOIN credit_hold h ON h.id = e.hold_id
        WHERE e.account_id BETWEEN :first AND :last
            AND (g.account_id <> e.account_id OR h.account_id <> e.account_id)""",
    ),
    Check(
        "entry_balance",
        "account {0}, entry {1}: the balance after it is {2}, the sum up to it {3}",
        """
        SELECT account_id, id, balance_after, running FROM (
            SELECT account_id, id, balance_after, sum(amount) OVER (PARTITION BY account_id ORDER BY id) AS running
            FROM credit_entry WHERE account_id BETWEEN :first AND :last) AS sums
        WHERE balance_after <> running OR running < 0""",
    ),
)
"""In what grants, holds and entries can contradict each other."""
