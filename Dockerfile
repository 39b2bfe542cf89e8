# ade-stream as a service: landing, configs and warehouse are volumes, the process is not root.
FROM python:3.12-slim

RUN useradd --create-home --uid 10001 ade \
    && mkdir -p /srv/ade/configs /srv/ade/landing /srv/ade/warehouse \
    && chown -R ade:ade /srv/ade

WORKDIR /opt/ade-stream
COPY pyproject.toml constraints.txt README.md ./
COPY processors processors
COPY sinks sinks
COPY stream stream
RUN pip install --no-cache-dir --constraint constraints.txt .

USER ade
WORKDIR /srv/ade
ENV ADE_CONFIGS=/srv/ade/configs ADE_LANDING=/srv/ade/landing ADE_WAREHOUSE=/srv/ade/warehouse/ade.db
ENV ADE_METRICS_PORT=9100
VOLUME ["/srv/ade/configs", "/srv/ade/landing", "/srv/ade/warehouse"]
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=1m CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9100/healthz', timeout=5)"]
ENTRYPOINT ["ade-stream"]
CMD ["watch"]
