SELECT
  count(*) OVER before AS n_prior_all,
  sum(amount) OVER before AS sum_prior_all,
  count(*) OVER last_30_days AS n_prior_30d,
  sum(amount) OVER last_30_days AS sum_prior_30d,
  count(*) OVER last_90_days AS n_prior_90d,
  sum(amount) OVER last_90_days AS sum_prior_90d,
  (_event_us - max(_event_us) OVER before) / 86400000000.0 AS days_since_prev
FROM stg_cdnow
WINDOW
  before AS (
    PARTITION BY customer_id ORDER BY _event_us
    RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ),
  last_30_days AS (
    PARTITION BY customer_id ORDER BY _event_us
    RANGE BETWEEN 30 * 86400000000 PRECEDING AND 1 PRECEDING
  ),
  last_90_days AS (
    PARTITION BY customer_id ORDER BY _event_us
    RANGE BETWEEN 90 * 86400000000 PRECEDING AND 1 PRECEDING
  )
