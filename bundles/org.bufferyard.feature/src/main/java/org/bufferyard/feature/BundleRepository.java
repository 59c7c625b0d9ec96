package org.bufferyard.feature;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.feature.FeatureException;
import org.osgi.service.feature.ID;

/**
 * Folders of bundles in Maven's layout; the only places that features install from.
 *
 * @param own beside the feature's file; counts first
 * @param house that of the product
 */
record BundleRepository(Path own, Path house) {
  /**
   * A bundle's jar.
   *
   * @param stays it is not rebuilt under a running framework, which may read it in place instead of
   *     copying it: most of what an installation costs
   */
  record Source(Path jar, boolean stays) {}

  Source find(ID id, String feature) {
    String classifier = id.getClassifier().map(c -> "-" + c).orElse("");
    for (Path folder : List.of(own, house)) {
      Path jar =
          folder
              .resolve(id.getGroupId().replace('.', '/'))
              .resolve(id.getArtifactId())
              .resolve(id.getVersion())
              .resolve(id.getArtifactId() + "-" + id.getVersion() + classifier + ".jar");
      if (Files.isRegularFile(jar)) {
        return new Source(jar, folder.equals(house));
      }
    }
    throw new FeatureException(
        "feature %s: bundle %s is not in the repository; build it, or correct its version in the feature file"
            .formatted(feature, id));
  }
}
