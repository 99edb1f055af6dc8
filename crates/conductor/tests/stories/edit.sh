# A task is edited while its agent works: what it does now goes on, and the next attempt is told the new text.
agent '
cp "$CONDUCTOR_PROMPT_FILE" "$HOME/told"
echo > "$HOME/$CONDUCTOR_TASK_ID.here"
until [ -f "$HOME/go" ]; do sleep 0.05; done
grep -q "in German" "$CONDUCTOR_PROMPT_FILE" || { echo "cannot write that" >&2; exit 1; }
echo Hallo > greeting.txt'
taskwerk add 'Greet the user' > /dev/null
conductor orchestrate run --auto > "$HOME/said" 2>&1 &
until_so '[ -f "$HOME/TASK-001.here" ]'
type taskwerk update 1 --title 'Greet the user in German'
touch "$HOME/go"
wait
cat "$HOME/said"
type git log --format=%s -1 conductor/s1
