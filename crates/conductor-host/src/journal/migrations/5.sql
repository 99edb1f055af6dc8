-- A plan that nobody changed is as it was made: that is kept once. An empty text in `made` says so.
UPDATE plans SET made = '' WHERE made = body;
