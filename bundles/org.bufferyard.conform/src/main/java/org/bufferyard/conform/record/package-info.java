/** What was recorded on a kernel: files, cases, boots, logs. */
package org.bufferyard.conform.record;
