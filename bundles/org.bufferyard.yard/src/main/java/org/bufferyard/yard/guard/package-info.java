/**
 * Plug-ins as the yard calls them: on one thread, watched, their answers checked, with contexts
 * that can be taken from them.
 */
package org.bufferyard.yard.guard;
