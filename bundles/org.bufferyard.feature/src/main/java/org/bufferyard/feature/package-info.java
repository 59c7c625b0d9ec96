/** Installs, updates and removes features in a running framework. */
package org.bufferyard.feature;
