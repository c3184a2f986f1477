#!/bin/sh
# Lets the standby follow: its connections are of the same user, from the same network.
set -eu
echo "host replication raidkeep samenet scram-sha-256" >>"$PGDATA/pg_hba.conf"
