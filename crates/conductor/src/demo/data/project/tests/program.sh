refuses "an unknown command is refused" ./notes dance
