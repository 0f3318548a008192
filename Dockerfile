# Builds from the hashed locks, then leaves the tools behind. All that is written at run time is in /data.

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY locks/uv.txt locks/runtime.txt locks/
RUN python -m venv /uv \
    && /uv/bin/pip install --quiet --no-cache-dir --require-hashes --requirement locks/uv.txt \
    && python -m venv --without-pip /opt/bellhop \
    && /uv/bin/uv pip sync --quiet --no-cache --python /opt/bellhop --require-hashes --compile-bytecode locks/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY video video
COPY payments payments
COPY storage storage
COPY booking booking
COPY sandbox sandbox
# The build backend is in the lock: nothing more is fetched.
RUN /uv/bin/uv pip install --quiet --no-cache --offline --python /opt/bellhop --no-deps --no-build-isolation \
    --compile-bytecode .

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin bellhop
COPY --from=build /opt/bellhop /opt/bellhop
ENV PATH=/opt/bellhop/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    BELLHOP_DATABASE_URL=sqlite:////data/bellhop.db
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["bellhop"]
CMD ["serve", "--host", "0.0.0.0"]
