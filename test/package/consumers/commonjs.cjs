const main = require('express-alb')
const testing = require('express-alb/testing')
const { check } = require('./check.cjs')

void check(main, testing)
