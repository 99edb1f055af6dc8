# Stopped in the evening, gone on with the next day: nothing of what the agent had done is done again.
agent "$WAITS"
taskwerk add 'Store notes' > /dev/null
taskwerk add 'Search notes' > /dev/null
type conductor orchestrate start
until_so '[ -f "$HOME/TASK-001.here" ]'
type conductor orchestrate stop --reason 'good night'
type taskwerk list
type conductor orchestrate status
touch "$HOME/go"
type conductor orchestrate run --auto
type git show conductor/s2:TASK-001.txt
type conductor orchestrate land
