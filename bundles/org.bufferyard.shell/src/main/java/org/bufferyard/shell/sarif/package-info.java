/** Findings as a SARIF log, for code review and editors. */
package org.bufferyard.shell.sarif;
