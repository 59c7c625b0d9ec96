import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.emf.codegen.ecore.generator.Generator;
import org.eclipse.emf.codegen.ecore.genmodel.GenModel;
import org.eclipse.emf.codegen.ecore.genmodel.GenModelPackage;
import org.eclipse.emf.codegen.ecore.genmodel.GenPackage;
import org.eclipse.emf.codegen.ecore.genmodel.generator.GenBaseGeneratorAdapter;
import org.eclipse.emf.codegen.ecore.genmodel.generator.GenModelGeneratorAdapterFactory;
import org.eclipse.emf.codegen.merge.java.JControlModel;
import org.eclipse.emf.common.util.BasicMonitor;
import org.eclipse.emf.common.util.Diagnostic;
import org.eclipse.emf.common.util.URI;
import org.eclipse.emf.ecore.resource.Resource;
import org.eclipse.emf.ecore.resource.impl.ResourceSetImpl;
import org.eclipse.emf.ecore.xmi.impl.EcoreResourceFactoryImpl;
import org.eclipse.emf.ecore.xmi.impl.XMIResourceFactoryImpl;

/**
 * Generates the Java of the EMF models: {@code java GenerateModel.java PROJECT OUTPUT GENMODEL...},
 * with EMF's code generator on the class path. Runs only when a model is newer than what it made.
 * Fails when EMF reports anything.
 */
final class GenerateModel {
  public static void main(String[] args) throws IOException {
    Path project = Path.of(args[0]).toAbsolutePath();
    Path output = project.resolve(args[1]);
    List<Path> models = Stream.of(args).skip(2).map(project::resolve).toList();
    Path stamp = output.resolveSibling(output.getFileName() + ".stamp");
    if (newerThan(stamp, models.getFirst().getParent())) {
      return;
    }
    clear(output);
    GenModelPackage.eINSTANCE.eClass();
    for (Path model : models) {
      generate(project, output, model);
    }
    Files.writeString(stamp, "");
  }

  private static boolean newerThan(Path stamp, Path folder) throws IOException {
    if (!Files.exists(stamp)) {
      return false;
    }
    var made = Files.getLastModifiedTime(stamp);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (Files.getLastModifiedTime(file).compareTo(made) > 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** A class that left the model must not stay in the output. */
  private static void clear(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void generate(Path project, Path output, Path model) throws IOException {
    var set = new ResourceSetImpl();
    Map<String, Object> factories = set.getResourceFactoryRegistry().getExtensionToFactoryMap();
    factories.put("genmodel", new EcoreResourceFactoryImpl());
    factories.put("ecore", new EcoreResourceFactoryImpl());
    factories.put("*", new XMIResourceFactoryImpl());
    // Outside Eclipse the generator maps the first segment of a target path to a folder through
    // this converter.
    String name = "/" + project.getFileName() + "/";
    set.getURIConverter()
        .getURIMap()
        .put(URI.createPlatformResourceURI(name, true), URI.createFileURI(project + "/"));
    Resource resource = set.getResource(URI.createFileURI(model.toString()), true);
    GenModel genModel = (GenModel) resource.getContents().getFirst();
    genModel.reconcile();
    genModel.setCanGenerate(true);
    genModel.setUpdateClasspath(false);
    genModel.setBundleManifest(false);
    genModel.setModelPluginID("");
    genModel.setModelDirectory(name + project.relativize(output));

    var generator = new WithoutMerge();
    generator
        .getAdapterFactoryDescriptorRegistry()
        .addDescriptor(GenModelPackage.eNS_URI, GenModelGeneratorAdapterFactory.DESCRIPTOR);
    generator.getOptions().resourceSet = set;
    generator.setInput(genModel);
    Diagnostic result =
        generator.generate(
            genModel, GenBaseGeneratorAdapter.MODEL_PROJECT_TYPE, new BasicMonitor());
    if (result.getSeverity() != Diagnostic.OK) {
      System.err.println(model + ": " + result);
      System.exit(1);
    }
    for (GenPackage genPackage : genModel.getGenPackages()) {
      export(output, genPackage);
    }
  }

  /**
   * The output folder is ours alone: nothing is merged, and EMF need not look for rules (it would
   * print a stack trace).
   */
  private static final class WithoutMerge extends Generator {
    private final JControlModel noRules = new JControlModel();

    @Override
    public JControlModel getJControlModel() {
      return noRules;
    }
  }

  private static void export(Path output, GenPackage genPackage) throws IOException {
    String java = genPackage.getInterfacePackageName();
    Path folder = output.resolve(java.replace('.', '/'));
    if (!Files.isDirectory(folder)) {
      System.err.println("EMF generated nothing for " + java);
      System.exit(1);
    }
    Files.writeString(
        folder.resolve("package-info.java"),
        """
        @org.osgi.annotation.bundle.Export
        @org.osgi.annotation.versioning.Version("0.1.0")
        package %s;
        """
            .formatted(java));
  }
}
