# The lid is closed while an agent works, and opened eight hours later: everything stands still meanwhile, and the
# clock has jumped. The agent goes on, its claim is still its own, and the night is not its working time.
cc -shared -fPIC -o "$HOME/shift.so" "$STORIES/shift.c" -ldl
echo 0 > "$HOME/shift"
conductor() { CLOCK_SHIFT_FILE="$HOME/shift" LD_PRELOAD="$HOME/shift.so" command conductor "$@"; }
agent "$WAITS"
taskwerk add 'Store notes' > /dev/null
conductor orchestrate run --auto > "$HOME/said" 2>&1 &
until_so '[ -f "$HOME/TASK-001.here" ]'
everything=$(cat .taskwerk/driver.lock | cut -d' ' -f1)
kill -STOP "$everything"
echo 28800 > "$HOME/shift"
touch "$HOME/go"
kill -CONT "$everything"
wait
cat "$HOME/said"
type conductor orchestrate status --json > "$HOME/status"
grep -o '"working":"[^"]*"' "$HOME/status"
grep -o '"failures":[0-9]*' "$HOME/status"
type taskwerk list --all
