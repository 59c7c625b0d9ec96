package org.bufferyard.feature;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.feature.FeatureException;
import org.osgi.service.feature.ID;

/**
 * Folders of bundles in Maven's layout; the only places that features install from.
 *
 * @param folders the first that has a bundle counts
 */
record BundleRepository(List<Path> folders) {

  /**
   * Where the framework finds a bundle. By reference: the framework reads the jar in place instead
   * of copying it, which is most of what an installation costs.
   */
  String location(ID id, String feature) {
    String classifier = id.getClassifier().map(c -> "-" + c).orElse("");
    for (Path folder : folders) {
      Path jar =
          folder
              .resolve(id.getGroupId().replace('.', '/'))
              .resolve(id.getArtifactId())
              .resolve(id.getVersion())
              .resolve(id.getArtifactId() + "-" + id.getVersion() + classifier + ".jar");
      if (Files.isRegularFile(jar)) {
        return "reference:" + jar.toUri();
      }
    }
    throw new FeatureException(
        "feature %s: bundle %s is not in the repository; build it, or correct its version in the feature file"
            .formatted(feature, id));
  }
}
