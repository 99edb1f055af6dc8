# Ctrl-C once: agents are asked to end, their work is kept, tasks go back to todo.
agent "$WAITS"
taskwerk add 'Store notes' > /dev/null
conductor orchestrate run --auto > "$HOME/said" 2>&1 &
until_so '[ -f "$HOME/TASK-001.here" ]'
kill -INT $!
wait $! && code=0 || code=$?
cat "$HOME/said"
echo "(exit $code)"
type taskwerk list
