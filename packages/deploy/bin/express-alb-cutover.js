#!/usr/bin/env node
// The command as npm links it: there from the start, while dist/ is there once it is built.
import '../dist/cut-over/cli.js'
