# Two sessions are begun at once: the second is refused, and told what to do.
agent "$WAITS"
taskwerk add 'Store notes' > /dev/null
conductor orchestrate run --auto > "$HOME/said" 2>&1 &
until_so '[ -f "$HOME/TASK-001.here" ]'
type conductor orchestrate run --auto
type conductor orchestrate start
touch "$HOME/go"
wait
cat "$HOME/said"
