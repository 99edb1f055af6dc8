# A task is cancelled while its agent works: it is let go, its work is kept, and the others go on.
agent "$WAITS"
taskwerk add 'Store notes' > /dev/null
taskwerk add 'Search notes' > /dev/null
conductor orchestrate run --auto > "$HOME/said" 2>&1 &
until_so '[ -f "$HOME/TASK-001.here" ]'
type taskwerk cancel 1
type taskwerk cancel 1 --force
until_so '[ -f "$HOME/TASK-002.here" ]'
touch "$HOME/go"
wait
cat "$HOME/said"
type taskwerk list --all
type conductor orchestrate snapshots 1
