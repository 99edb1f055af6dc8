# What carrying tasks out costs in git alone: for each task a work tree, one file, a commit, a merge onto the lane.
# Usage, in a repository: sh baseline.sh FOLDER-FOR-TREES NUMBER-OF-TASKS
set -eu
trees=$1
count=$2
tip=$(git rev-parse HEAD)
git update-ref refs/heads/lane "$tip"
n=1
while [ "$n" -le "$count" ]; do
  git worktree add --quiet --no-track -b "task-$n" "$trees/$n" "$tip"
  printf 'written by %s\n' "$n" > "$trees/$n/result-$n.txt"
  git -C "$trees/$n" add --all
  git -C "$trees/$n" commit --quiet --message "Task $n"
  tree=$(git merge-tree --write-tree lane "task-$n")
  commit=$(git commit-tree "$tree" -p "$tip" -m "Task $n")
  git update-ref refs/heads/lane "$commit" "$tip"
  tip=$commit
  git worktree remove "$trees/$n"
  git branch --quiet -D "task-$n"
  n=$((n + 1))
done
