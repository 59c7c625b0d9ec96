package org.bufferyard.shell.command;

import com.google.gson.JsonElement;

/**
 * What a command has to say, in both formats.
 *
 * @param exitCode 0 answered, 1 answered and what {@code --fail-on} named came up
 */
public record Answer(String text, JsonElement json, int exitCode) {}
