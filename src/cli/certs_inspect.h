/*
 * The subcommand `certs inspect`.
 */
#pragma once

/* argv[0] is "inspect". Returns the exit code: 0 nothing is wrong, 1 problems, 2 usage or input that cannot be read. */
int kg_command_certs_inspect(char **argv);
