# Ctrl-C twice: the program ends at once, though the agent is deaf; the session is taken up again with what was there.
agent "trap '' TERM INT HUP
$WAITS"
taskwerk add 'Store notes' > /dev/null
conductor orchestrate run --auto > "$HOME/said" 2>&1 &
until_so '[ -f "$HOME/TASK-001.here" ]'
kill -INT $!
until_so 'grep -q "Ctrl-C again" "$HOME/said"'
kill -INT $!
wait $! && code=0 || code=$?
cat "$HOME/said"
echo "(exit $code)"
type conductor orchestrate status
touch "$HOME/go"
type conductor orchestrate resume --auto
type taskwerk list --all
