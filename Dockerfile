# sheetcrm as a service: looks after the spreadsheets of /data/config.yaml and sends reminders.  docs/deploying.md
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE config.example.yaml ./
COPY sheetcrm sheetcrm
COPY templates templates
COPY scripts/constraints.txt scripts/
RUN python -m venv /opt/sheetcrm && \
    /opt/sheetcrm/bin/pip install --no-cache-dir --constraint scripts/constraints.txt '.[age,excel,local,quality,remind,report,robots,sql]'

FROM python:3.12-slim
# Nobody's: whatever is kept is in the volume, and belongs to this user.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin sheetcrm && install -d -o sheetcrm -g sheetcrm -m 0700 /data
COPY --from=build /opt/sheetcrm /opt/sheetcrm
ENV PATH=/opt/sheetcrm/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SHEETCRM_CONFIG=/data/config.yaml \
    SHEETCRM_HOME=/data/home
USER sheetcrm
WORKDIR /data
# The config, the ledger, the journal, backups, tokens and what processes tell each other.
VOLUME /data
# One request for each spreadsheet.  3 is something to see, not an illness; no whole round for two hours is one.
HEALTHCHECK --interval=15m --timeout=2m --start-period=30m --retries=2 \
    CMD sheetcrm status --max-age 2h || [ $? -eq 3 ]
STOPSIGNAL SIGTERM
ENTRYPOINT ["sheetcrm"]
CMD ["remind", "--forever"]
