# What every story begins with: a project of a person's, an agent that takes its time, and words to wait with.
set -eum
printf '[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n' > "$HOME/.gitconfig"
git init -q
printf '.taskwerk/\n' > .gitignore
git add .gitignore
git commit -qm start
taskwerk init > /dev/null

# An agent: the rest of the line is what it does.
agent() {
    printf '#!/bin/sh\nset -eu\n%s\n' "$1" > "$HOME/agent.sh"
    chmod +x "$HOME/agent.sh"
    printf 'orchestration:\n  agents:\n    script: { adapter: command, run: "%s" }\n' "$HOME/agent.sh" \
        > .taskwerk/config.yml
}

# Waits until something is so.
until_so() {
    n=0
    until eval "$1" > /dev/null 2>&1; do
        n=$((n + 1))
        [ $n -lt 2000 ] || { echo "never: $1"; exit 1; }
        sleep 0.05
    done
}

# Shows a command as a person types it, and what it says.
type() {
    echo "\$ $*"
    code=0
    "$@" 2>&1 || code=$?
    [ $code -eq 0 ] || echo "(exit $code)"
}

# An agent that writes half of its file, waits until it may go on, and writes the rest.
WAITS='
echo half > "$CONDUCTOR_TASK_ID.txt"
echo > "$HOME/$CONDUCTOR_TASK_ID.here"
until [ -f "$HOME/go" ]; do sleep 0.05; done
echo whole >> "$CONDUCTOR_TASK_ID.txt"'
