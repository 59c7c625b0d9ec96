/**
 * What launch/bufferyard runs: boots the framework, hands it the command line, leaves with its exit
 * code. Stands on the class path beside the framework and knows the bundles' services by name only.
 */
package org.bufferyard.launcher;
