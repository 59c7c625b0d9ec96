package org.bufferyard.shell.running;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was started.
 *
 * @param pid of this process
 * @param page where the editor is served
 * @param plugins the watched folder
 * @param state where it is kept; empty: nowhere
 * @param pipelines by name of their yard
 */
public record StartedYard(
    long pid,
    String page,
    Path plugins,
    Optional<Path> state,
    Map<String, List<String>> pipelines) {}
