-- Windows over the orders of a customer. Each ends 1 microsecond before the row, so a row sees neither itself nor others
-- of its instant. A day has 86,400,000,000 microseconds.
SELECT
  customer_id,
  _event_us,
  count(*) OVER last_7_days AS orders_7d,
  sum(amount) OVER last_7_days AS amount_7d,
  avg(amount) OVER last_7_days AS amount_mean_7d,
  max(CAST(amount AS DOUBLE PRECISION)) OVER last_7_days AS amount_max_7d,   -- SQLite would compare decimals as text
  count(*) OVER last_30_days AS orders_30d,
  sum(amount) OVER last_30_days AS amount_30d,
  avg(amount) OVER last_30_days AS amount_mean_30d,
  max(CAST(amount AS DOUBLE PRECISION)) OVER last_30_days AS amount_max_30d,
  (_event_us - max(_event_us) OVER before) / 86400000000.0 AS days_since_last_order
FROM stg_orders
WINDOW
  last_7_days AS (
    PARTITION BY customer_id ORDER BY _event_us
    RANGE BETWEEN 7 * 86400000000 PRECEDING AND 1 PRECEDING
  ),
  last_30_days AS (
    PARTITION BY customer_id ORDER BY _event_us
    RANGE BETWEEN 30 * 86400000000 PRECEDING AND 1 PRECEDING
  ),
  before AS (
    PARTITION BY customer_id ORDER BY _event_us
    RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
