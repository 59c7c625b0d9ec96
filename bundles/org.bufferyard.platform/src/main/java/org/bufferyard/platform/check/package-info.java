/**
 * Finding misuse: rules that read the event stream, rules that read a board, and what they find. The
 * rules are services behind {@link org.bufferyard.platform.check.CheckRule} and {@link
 * org.bufferyard.platform.check.BoardRule}; readers ask {@link org.bufferyard.platform.check.Checks}.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.check;
