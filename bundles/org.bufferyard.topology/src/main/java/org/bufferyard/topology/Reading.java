package org.bufferyard.topology;

import java.util.List;
import java.util.Optional;
import org.eclipse.emf.ecore.EObject;

/**
 * A file that was read.
 *
 * @param resource with the lines of its elements
 * @param root empty when the file could not be made sense of
 * @param problems found while reading
 * @param unexplained content that no installed bundle explains, and which bundle it wants
 * @param packages what the text says of itself
 */
record Reading<T extends EObject>(
    ModelResource resource,
    Optional<T> root,
    List<Problem> problems,
    Optional<String> unexplained,
    FilePackages packages) {
  Reading {
    problems = List.copyOf(problems);
  }
}
