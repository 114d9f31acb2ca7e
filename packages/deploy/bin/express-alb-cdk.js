#!/usr/bin/env node
import '../dist/cdk/esm/main.js'
