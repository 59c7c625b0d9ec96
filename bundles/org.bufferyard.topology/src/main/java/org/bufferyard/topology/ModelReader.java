package org.bufferyard.topology;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.eclipse.emf.ecore.EClass;
import org.eclipse.emf.ecore.EObject;
import org.eclipse.emf.ecore.EPackage;
import org.eclipse.emf.ecore.resource.ResourceSet;
import org.eclipse.emf.ecore.util.EcoreUtil;
import org.eclipse.emf.ecore.xmi.XMLResource;
import org.osgi.framework.Version;

/**
 * Reads a topology or scenario file.
 *
 * <p>A namespace that no installed bundle explains does not stop it: what is known is read, the
 * rest is recorded, and the result says which bundle is wanted. A type that an installed package
 * does not have is an error.
 */
final class ModelReader<T extends EObject> {
  private static final Map<String, Object> OPTIONS =
      Map.of(
          XMLResource.OPTION_RECORD_UNKNOWN_FEATURE, true,
          XMLResource.OPTION_DEFER_IDREF_RESOLUTION, true);

  private final ModelPackages packages;
  private final EClass rootClass;
  private final Class<T> rootType;
  private final String suffix;

  /**
   * @param rootClass class of the root element
   * @param suffix of such files, for messages
   */
  ModelReader(ModelPackages packages, EClass rootClass, Class<T> rootType, String suffix) {
    this.packages = packages;
    this.rootClass = rootClass;
    this.rootType = rootType;
    this.suffix = suffix;
  }

  Reading<T> read(byte[] text, String name) {
    FilePackages found = FilePackages.of(text);
    Optional<Problem> stopped = found.broken().or(() -> wrongRoot(found));
    if (stopped.isPresent()) {
      return stopped(name, found, stopped.get());
    }
    List<Problem> problems = new ArrayList<>(found.oddities());
    // One look at the packages for all that follows: they come and go.
    ResourceSet set = packages.newResourceSet();
    Optional<String> unexplained = unexplained(found, problems, set.getPackageRegistry());
    ModelResource resource = new ModelResource(name);
    set.getResources().add(resource);
    try {
      resource.load(new ByteArrayInputStream(text), OPTIONS);
    } catch (IOException | RuntimeException e) {
      // EMF throws the first error again after it has put it into the resource, where it is read
      // below.
      if (resource.getErrors().isEmpty()) {
        throw new IllegalStateException("EMF cannot load " + name, e);
      }
    }
    EcoreUtil.resolveAll(resource);
    LoadProblems trouble =
        new LoadProblems(
            resource,
            unexplained.isPresent() || !problems.isEmpty(),
            nsUri -> newerBundle(found, nsUri));
    problems.addAll(trouble.problems());
    Optional<T> root =
        resource.getContents().stream()
            .filter(rootType::isInstance)
            .map(rootType::cast)
            .findFirst();
    return new Reading<>(resource, root, problems, unexplained.or(trouble::unexplained), found);
  }

  private Reading<T> stopped(String name, FilePackages found, Problem problem) {
    return new Reading<>(
        new ModelResource(name), Optional.empty(), List.of(problem), Optional.empty(), found);
  }

  private Optional<Problem> wrongRoot(FilePackages found) {
    String nsUri = rootClass.getEPackage().getNsURI();
    if (found.rootNamespace().equals(nsUri) && found.rootName().equals(rootClass.getName())) {
      return Optional.empty();
    }
    String family = nsUri.substring(0, nsUri.lastIndexOf('/') + 1);
    if (found.rootNamespace().startsWith(family) && !found.rootNamespace().equals(nsUri)) {
      return Optional.of(
          Problem.error(
              0,
              "",
              "written for " + found.rootNamespace() + ", this is " + nsUri,
              "use the Bufferyard that wrote it"));
    }
    return Optional.of(
        Problem.error(
            0,
            "",
            "not a " + suffix + " file: its root is '" + found.rootName() + "'",
            "give a file whose root is '" + rootClass.getName() + "' of " + nsUri));
  }

  /** Looks up every type the file names; adds errors for types that known packages do not have. */
  private Optional<String> unexplained(
      FilePackages found, List<Problem> problems, EPackage.Registry known) {
    Map<String, String> missing = new LinkedHashMap<>();
    for (FilePackages.TypeUse use : found.types()) {
      if (use.nsUri().isEmpty()) {
        problems.add(
            Problem.error(
                use.line(),
                "",
                "type '" + use.name() + "' has a prefix that the file does not declare",
                "declare it at the root with xmlns"));
        continue;
      }
      EPackage ePackage = known.getEPackage(use.nsUri());
      if (ePackage == null) {
        String place = use.name() + " at line " + use.line();
        if (missing.putIfAbsent(use.nsUri(), place) == null && found.wish(use.nsUri()).isEmpty()) {
          // A file that was saved with its bundle names it: this one has the namespace by mistake,
          // or was never saved.
          problems.add(Problem.error(use.line(), "", wants(use.nsUri(), place, found), ""));
        }
      } else {
        unknownType(ePackage, use).ifPresent(problems::add);
      }
    }
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            missing.entrySet().stream()
                .map(e -> wants(e.getKey(), e.getValue(), found))
                .collect(Collectors.joining("; ")));
  }

  private String wants(String nsUri, String use, FilePackages found) {
    String bundle =
        found
            .wish(nsUri)
            .filter(w -> !w.bundle().isEmpty())
            .map(w -> "bundle " + (w.bundle() + " " + w.version()).strip())
            .orElse("the bundle that brings " + nsUri);
    return packages
        .refusal(nsUri)
        .map(why -> use + " wants " + bundle + ", which is there but not usable: " + why)
        .orElse("no installed bundle explains " + use + "; install " + bundle);
  }

  private static Optional<Problem> unknownType(EPackage ePackage, FilePackages.TypeUse use) {
    if (ePackage.getEClassifier(use.name()) instanceof EClass eClass) {
      return eClass.isAbstract()
          ? Optional.of(
              Problem.error(
                  use.line(), "", "type '" + use.name() + "' is abstract", known(ePackage)))
          : Optional.empty();
    }
    return Optional.of(
        Problem.error(
            use.line(),
            "",
            "there is no type '" + use.name() + "' in " + use.nsUri(),
            known(ePackage)));
  }

  private static String known(EPackage ePackage) {
    TreeSet<String> names = new TreeSet<>();
    ePackage
        .getEClassifiers()
        .forEach(
            c -> {
              if (c instanceof EClass eClass && !eClass.isAbstract()) {
                names.add(eClass.getName());
              }
            });
    return "it has " + String.join(", ", names);
  }

  /** Why the file may know more of a namespace than we do: it was written with a newer bundle. */
  private Optional<String> newerBundle(FilePackages found, String nsUri) {
    Optional<FilePackages.Wish> wish = found.wish(nsUri);
    return packages
        .find(nsUri)
        .filter(e -> wish.isPresent() && isNewer(wish.get().version(), e.origin().version()))
        .map(
            e ->
                "the file was written with "
                    + e.origin().bundle()
                    + " "
                    + wish.get().version()
                    + ", installed is "
                    + e.origin().version()
                    + "; install the newer one");
  }

  private static boolean isNewer(String wished, String installed) {
    try {
      return Version.parseVersion(wished).compareTo(Version.parseVersion(installed)) > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
