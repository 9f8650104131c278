# Sourced from the project's root: makes target/venv with what validation and bench need, when it is missing or stale.
wanted=validation/requirements.txt
if ! cmp -s "$wanted" target/venv/requirements.txt; then
    python3 -m venv target/venv
    target/venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" target/venv/requirements.txt
fi
