/** Answers as test results, for build servers. */
package org.bufferyard.shell.junit;
