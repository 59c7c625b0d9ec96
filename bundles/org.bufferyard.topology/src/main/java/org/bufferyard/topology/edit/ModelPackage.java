package org.bufferyard.topology.edit;

import java.util.Objects;
import org.eclipse.emf.ecore.EPackage;

/**
 * A package and who brought it. Do not keep it beyond the call: it leaves with its bundle.
 *
 * @param bundle symbolic name
 * @param version of that bundle
 */
public record ModelPackage(EPackage ePackage, String bundle, String version) {
  public ModelPackage {
    Objects.requireNonNull(ePackage, "ePackage");
    Objects.requireNonNull(bundle, "bundle");
    Objects.requireNonNull(version, "version");
  }
}
