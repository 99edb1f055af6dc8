# The terminal is closed under a run: it ends in order, the work is kept, the tasks go back. A session in the
# background does not notice.
agent "$WAITS"
taskwerk add 'Store notes' > /dev/null
conductor orchestrate run --auto > "$HOME/said" 2>&1 &
until_so '[ -f "$HOME/TASK-001.here" ]'
kill -HUP $!
wait
cat "$HOME/said"
type taskwerk list
rm "$HOME/TASK-001.here"
conductor orchestrate start > /dev/null 2>&1
until_so '[ -f "$HOME/TASK-001.here" ]'
kill -HUP "$(cut -d' ' -f1 .taskwerk/driver.lock)" && echo "(closed)"
touch "$HOME/go"
until_so 'taskwerk list --all --json | grep -q "\"done\""'
until_so '! [ -s .taskwerk/driver.lock ]'
type taskwerk list --all
