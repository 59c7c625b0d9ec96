package org.bufferyard.feature;

import java.util.Arrays;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** Turns the framework's exceptions into one line for a person. */
final class Refusal {
  private Refusal() {}

  /** Why a bundle could not be installed; names the owner when the bundle is there already. */
  static String of(
      BundleException e, String location, BundleContext context, BundleOwners owners) {
    if (e.getType() == BundleException.DUPLICATE_BUNDLE_ERROR) {
      return holder(e, context)
          .map(
              bundle ->
                  "%s belongs to %s; remove it there first"
                      .formatted(Installation.label(bundle), owners.of(bundle)))
          .orElseGet(() -> reason(e));
    }
    String file = location.substring(location.lastIndexOf('/') + 1);
    return "%s is not a bundle: %s".formatted(file, reason(e));
  }

  // The framework says which bundle collided only in the text of its message.
  private static Optional<Bundle> holder(BundleException e, BundleContext context) {
    String message = String.valueOf(e.getMessage());
    return Arrays.stream(context.getBundles())
        .filter(bundle -> bundle.getSymbolicName() != null)
        .filter(bundle -> message.contains(bundle.getSymbolicName() + ":" + bundle.getVersion()))
        .findFirst();
  }

  /** The framework's reason without its repetitions. */
  static String reason(BundleException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    int repetition = message.indexOf(" Unresolved requirements:");
    return (repetition < 0 ? message : message.substring(0, repetition))
        .replace('\n', ' ')
        .strip();
  }
}
