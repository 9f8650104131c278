# Sourced from the project's root: makes target/venv with what $wanted lists, when that is missing or has changed.
wanted=${wanted:-validation/requirements.txt}
stamp=target/venv/$(echo "$wanted" | tr / -)
if ! cmp -s "$wanted" "$stamp"; then
    [ -x target/venv/bin/python ] || python3 -m venv target/venv
    target/venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$stamp"
fi
