#!/bin/sh
# Upstream's image from 23.04 is its own gateway on port 80; here the page only.
PORT=80 exec /usr/local/bin/serve
