/** Automatic layout, a container at a time. */
package org.bufferyard.web.layout;
