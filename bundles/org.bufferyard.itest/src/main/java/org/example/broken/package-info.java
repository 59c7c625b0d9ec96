/** Plug-ins as a stranger may write them: each is broken in one way. */
package org.example.broken;
